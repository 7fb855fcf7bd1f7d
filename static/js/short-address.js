// form[data-short-address]: what is empty isn't said in the address.
for (const form of document.querySelectorAll("form[data-short-address]")) {
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

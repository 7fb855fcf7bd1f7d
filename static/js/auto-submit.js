// form[data-auto-submit]: a choice takes effect at once; fields that are shown by a choice wait for the button.
for (const form of document.querySelectorAll("form[data-auto-submit]")) {
  const reveal = () => {
    for (const choice of form.querySelectorAll("[data-reveals]")) {
      document.getElementById(choice.dataset.reveals).hidden = !choice.checked;
    }
  };
  reveal();
  form.addEventListener("change", (event) => {
    reveal();
    const revealed = document.getElementById(form.querySelector("[data-reveals]:checked")?.dataset.reveals);
    const waits = revealed && !revealed.querySelector("input").value;
    if (event.target.matches("[type=radio], [type=checkbox]") && !waits) form.requestSubmit();
  });
  // A short address: what is empty isn't said.
  form.addEventListener("formdata", (event) => {
    for (const [name, value] of [...event.formData]) if (value === "") event.formData.delete(name);
  });
}

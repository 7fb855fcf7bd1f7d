"""What stands out of the window at its right, where nothing scrolls it in."""

SPILLS = """() => {
    const cut = '.visually-hidden, svg, thead';
    const scrolls = one => one && one !== document.documentElement
        && (['auto', 'scroll'].includes(getComputedStyle(one).overflowX) || scrolls(one.parentElement));
    return [...document.querySelectorAll('main *')].filter(one => {
        const box = one.getBoundingClientRect();
        return box.width && box.right > innerWidth + 1 && !one.closest(cut)
            && one.checkVisibility({contentVisibilityAuto: true}) && !scrolls(one);
    }).map(one => one.outerHTML.slice(0, 120));
}"""

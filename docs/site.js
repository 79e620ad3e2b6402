// What the theme leaves out for those who use a keyboard or a screen reader.
window.addEventListener("load", () => {
  document.querySelector(".md-search")?.setAttribute("aria-label", "Search");
  for (const wide of document.querySelectorAll(".md-typeset__scrollwrap")) {
    wide.tabIndex = 0;
  }
  for (const tools of document.querySelectorAll(".md-code__nav")) {
    tools.setAttribute("aria-label", `Tools of ${tools.closest("pre").id}`);
  }
});

// Every text that is shown, with the contrast to what lies behind it (WCAG 2.2, 1.4.3); the weak ones by name.
() => {
  const numbers = (colour) => {
    const [r, g, b, a = 1] = colour.match(/[\d.]+/g).map(Number);
    return { rgb: [r, g, b], a };
  };
  const over = (top, below) => top.rgb.map((each, at) => each * top.a + below[at] * (1 - top.a));
  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const ground = numbers(getComputedStyle(at).backgroundColor);
      layers.push(ground);
      if (ground.a === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const light = (rgb) => {
    const [r, g, b] = rgb.map((each) => each / 255).map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ratio = (one, other) => {
    const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  document.getAnimations().forEach((each) => each.finish());
  const weak = [];
  let seen = 0;
  const measure = (element, text, style) => {
    const ground = behind(element);
    const found = ratio(over(numbers(style.color), ground), ground);
    seen += 1;
    if (found < 4.5) weak.push({ text: text.trim().slice(0, 40), name: element.className, ratio: Math.round(found * 100) / 100 });
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (texts.nextNode()) {
    const element = texts.currentNode.parentElement;
    if (!texts.currentNode.textContent.trim() || !element.checkVisibility() || element.closest("script, style")) continue;
    measure(element, texts.currentNode.textContent, getComputedStyle(element));
  }
  for (const field of document.querySelectorAll("input:not([type=hidden]), select")) {
    measure(field, field.value || field.name, getComputedStyle(field));
    if (field.placeholder) measure(field, field.placeholder, getComputedStyle(field, "::placeholder"));
  }
  return { weak, seen, ground: getComputedStyle(document.body).backgroundColor };
}

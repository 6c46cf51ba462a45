// What WCAG 2.2 AA asks for and a program can see, of what is shown on a page: answers with a list of breaches, each with the rule's name and the element.
() => {
    const breaches = [];
    const where = element => element.localName + (element.id ? '#' + element.id : '') + (element.classList.length ? '.' + [...element.classList].join('.') : '');
    const breach = (rule, element, more = '') => breaches.push(`${rule}: ${typeof element === 'string' ? element : where(element)} ${more}`.trim());
    const all = selector => [...document.querySelectorAll(selector)];
    const shown = element => element.checkVisibility({ visibilityProperty: true, opacityProperty: false }) && !element.closest('[aria-hidden=true]');
    const unseen = element => element.closest('.unseen, .skip');

    // --- the page as a whole
    if (!document.documentElement.lang)
        breach('a page says its language', 'html');
    if (!document.title.trim())
        breach('a page has a title', 'title');
    if (/user-scalable\s*=\s*no|maximum-scale/.test(document.querySelector('meta[name=viewport]')?.content || ''))
        breach('a page can be enlarged', 'meta');
    for (const selector of ['main', 'h1', 'body > header']) {
        if (all(selector).filter(shown).length !== 1)
            breach('a page has one', selector);
    }
    const ids = all('[id]').map(element => element.id);
    for (const id of new Set(ids.filter((id, index) => ids.indexOf(id) !== index)))
        breach('an id is used once', id);

    // --- what refers to something refers to what is there
    for (const attribute of ['aria-labelledby', 'aria-describedby', 'aria-controls', 'for']) {
        for (const element of all(`[${attribute}]`)) {
            for (const id of element.getAttribute(attribute).split(/\s+/)) {
                if (!document.getElementById(id))
                    breach(`${attribute} names an element`, element, id);
            }
        }
    }

    // --- headings
    let level = 0;
    for (const heading of all('h1, h2, h3, h4, h5, h6').filter(shown)) {
        const own = Number(heading.localName[1]);
        if (own > level + 1)
            breach('headings leave out no level', heading, heading.textContent);
        if (!heading.textContent.trim())
            breach('a heading says something', heading);
        level = own;
    }

    for (const group of all('fieldset')) {
        if (!group.querySelector(':scope > legend')?.textContent.trim())
            breach('a group of fields says what it is', group);
    }

    // --- everything stands in a landmark
    const landmarks = 'header, main, footer, nav, form[aria-labelledby], section[aria-label], section[aria-labelledby], [role=status], .skip, script, noscript';
    for (const element of [...document.body.children].filter(shown)) {
        if (!element.matches(landmarks))
            breach('text stands in a landmark', element);
    }

    // --- tables
    for (const table of all('table').filter(shown)) {
        for (const head of table.querySelectorAll('th')) {
            if (!head.scope)
                breach('a head says what it heads', head, head.textContent);
        }
        if (!table.querySelector('thead th'))
            breach('a table has heads', table);
    }

    // --- keyboard
    for (const element of all('[tabindex]')) {
        if (element.tabIndex > 0)
            breach('the order of the page is that of the keyboard', element);
    }
    for (const element of all('*').filter(shown)) {
        const style = getComputedStyle(element);
        if (/auto|scroll/.test(style.overflowY) && element.scrollHeight > element.clientHeight + 1 && element !== document.scrollingElement && element !== document.body && element.tabIndex < 0)
            breach('what scrolls can be scrolled by keyboard', element);
    }

    // --- what is pressed is large enough
    for (const element of all('a[href], button, input, select, textarea, summary').filter(element => shown(element) && !unseen(element))) {
        const box = (element.matches('label input') ? element.closest('label') : element).getBoundingClientRect();
        if (box.width < 24 || box.height < 24)
            breach('a target has 24 by 24 pixels', element, `${Math.round(box.width)} by ${Math.round(box.height)}`);
    }

    // --- contrast, computed from what is drawn
    const pixel = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const parsed = new Map();
    const rgba = color => {
        if (!parsed.has(color)) {
            pixel.clearRect(0, 0, 1, 1);
            pixel.fillStyle = color;
            pixel.fillRect(0, 0, 1, 1);
            const [r, g, b, a] = pixel.getImageData(0, 0, 1, 1).data;
            parsed.set(color, [r, g, b, a / 255]);
        }
        return parsed.get(color);
    };
    const over = ([r, g, b, a], [R, G, B]) => [r * a + R * (1 - a), g * a + G * (1 - a), b * a + B * (1 - a), 1];
    const luminance = ([r, g, b]) => [r, g, b].map(part => part / 255).map(part => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)
        .reduce((sum, part, index) => sum + part * [0.2126, 0.7152, 0.0722][index], 0);
    const contrast = (one, other) => {
        const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
        return (light + 0.05) / (dark + 0.05);
    };
    // What may be behind an element: its nearest colours, also those of a gradient, of which any may be there.
    const behind = element => {
        for (let at = element; at; at = at.parentElement) {
            const style = getComputedStyle(at);
            const painted = (style.backgroundImage.match(/(?:rgba?|color|oklab|lab)\([^()]*\)/g) || []).map(rgba).filter(color => color[3] > 0);
            const own = rgba(style.backgroundColor);
            if (painted.length)
                return [...painted, ...behind(at.parentElement)];
            if (own[3] > 0)
                return own[3] === 1 ? [own] : behind(at.parentElement).map(color => over(own, color));
        }
        return [rgba(matchMedia('(prefers-color-scheme: dark)').matches ? '#000' : '#fff')];
    };
    const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let text = texts.nextNode(); text; text = texts.nextNode()) {
        const element = text.parentElement;
        if (!text.data.trim() || !shown(element) || unseen(element) || element.closest('script, style, noscript'))
            continue;
        const style = getComputedStyle(element);
        let opacity = 1;
        for (let at = element; at; at = at.parentElement)
            opacity *= Number(getComputedStyle(at).opacity);
        const size = parseFloat(style.fontSize);
        const least = size >= 24 || size >= 18.66 && Number(style.fontWeight) >= 700 ? 3 : 4.5;
        for (const background of behind(element)) {
            const [r, g, b, a] = rgba(element instanceof SVGElement ? style.fill : style.color);
            const ratio = contrast(over([r, g, b, a * opacity], background), background);
            if (ratio < least)
                breach(`text has a contrast of ${least}`, element, `${ratio.toFixed(2)} “${text.data.trim().slice(0, 30)}”`);
        }
    }
    // Shapes that mean something, and the edges of fields.
    for (const [selector, property] of [['.plot .views', 'fill'], ['.plot .others', 'stroke'], ['.trail .line', 'stroke'], ['.swatch.views', 'backgroundColor'], ['.field input', 'borderTopColor']]) {
        for (const element of all(selector).filter(element => element.checkVisibility() && !element.matches('.unfinished'))) {
            const ratio = contrast(rgba(getComputedStyle(element)[property]), behind(element.parentElement)[0]);
            if (ratio < 3)
                breach('a shape has a contrast of 3', element, ratio.toFixed(2));
        }
    }
    return [...new Set(breaches)];
}

// Two plots, in plain SVG: bars for every minute, and the trail of a single number.

const SVG = 'http://www.w3.org/2000/svg';
const make = (name, attributes, parent) => {
    const element = document.createElementNS(SVG, name);
    set(element, attributes);
    parent.append(element);
    return element;
};
const set = (element, attributes) => {
    for (const [name, value] of Object.entries(attributes))
        element.setAttribute(name, value);
};

/** The steps of an axis from zero that people count in: 1, 2, 5 and their tens, at most `most` of them. */
export function ticks(highest, most) {
    const rough = Math.max(highest, 1) / most;
    const ten = 10 ** Math.floor(Math.log10(rough));
    const step = Math.max(1, [1, 2, 5, 10].find(factor => factor * ten >= rough) * ten);
    return Array.from({ length: Math.ceil(Math.max(highest, 1) / step) + 1 }, (_, i) => i * step);
}

/**
 * Bars of views, and on them those of all other events. A bar belongs to its minute, so that it moves on with it.
 * @param svg where they are drawn.
 * @param show what is told of the minute under the pointer; null when there is none.
 */
export function minutePlot(svg, number, clock, show) {
    const TOP = 8, BOTTOM = 22, GAP = 4;
    const grid = make('g', { class: 'grid' }, svg);
    const bars = make('g', { class: 'bars' }, svg);
    const band = make('rect', { class: 'band', visibility: 'hidden', rx: 3 }, svg);
    svg.prepend(band);
    const drawn = new Map();
    let minutes = [], slot = 0, gutter = 0, pointed = null;

    new ResizeObserver(draw).observe(svg);
    svg.addEventListener('pointermove', event => point(Math.floor((event.clientX - svg.getBoundingClientRect().left) / slot)));
    svg.addEventListener('pointerleave', () => point(-1));

    return given => {
        minutes = given;
        draw();
    };

    function point(index) {
        const minute = minutes[index];
        pointed = minute ? minute.at : null;
        mark();
        show(minute || null);
    }

    function mark() {
        const index = minutes.findIndex(minute => minute.at === pointed);
        band.setAttribute('visibility', index < 0 ? 'hidden' : 'visible');
        if (index >= 0)
            set(band, { x: index * slot, y: 0, width: slot, height: Math.max(0, svg.clientHeight - BOTTOM + 2) });
    }

    function draw() {
        const width = svg.clientWidth, height = svg.clientHeight;
        if (!width || !height || !minutes.length)
            return;
        svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
        const floor = height - BOTTOM, room = floor - TOP;
        const levels = ticks(Math.max(...minutes.map(minute => minute.events)), 4);
        // Room for the scale, as wide as its widest number.
        gutter = number(levels[levels.length - 1]).length * 7 + 10;
        slot = (width - gutter) / minutes.length;
        const of = value => value / levels[levels.length - 1] * room;

        const left = new Set(drawn.keys());
        minutes.forEach((minute, index) => {
            left.delete(minute.at);
            let bar = drawn.get(minute.at);
            if (!bar) {
                bar = {
                    others: make('rect', { class: 'others', rx: 1.5, x: index * slot + GAP / 2, y: floor, height: 0 }, bars),
                    views: make('rect', { class: 'views', rx: 1.5, x: index * slot + GAP / 2, y: floor, height: 0 }, bars),
                };
                drawn.set(minute.at, bar);
            }
            // The minute that is not over yet is drawn as such.
            const unfinished = index === minutes.length - 1;
            const views = of(minute.views), others = Math.max(0, of(minute.events - minute.views));
            const gap = Math.min(GAP, slot / 4);
            const across = { x: index * slot + gap / 2, width: Math.max(1, slot - gap) };
            set(bar.views, { ...across, y: floor - views, height: views, class: unfinished ? 'views unfinished' : 'views' });
            set(bar.others, { x: across.x + 0.5, width: Math.max(1, across.width - 1), y: floor - views - others, height: others, class: unfinished ? 'others unfinished' : 'others' });
        });
        for (const gone of left) {
            const bar = drawn.get(gone);
            bar.views.remove();
            bar.others.remove();
            drawn.delete(gone);
        }

        grid.replaceChildren();
        for (const level of levels) {
            const y = Math.round(floor - of(level)) + 0.5;
            make('line', { x1: 0, x2: width - gutter, y1: y, y2: y, class: level ? 'level' : 'floor' }, grid);
            if (level)
                make('text', { x: width, y: y + 4, 'text-anchor': 'end' }, grid).textContent = number(level);
        }
        const every = width < 480 ? 10 : 5;
        minutes.forEach((minute, index) => {
            const middle = (index + 0.5) * slot;
            if (minute.at / 60000 % every === 0 && middle > 16 && middle < width - gutter)
                make('text', { x: middle, y: height - 5, 'text-anchor': 'middle' }, grid).textContent = clock(minute.at);
        });
        mark();
    }
}

/** A number over the last minutes, as this page has seen it: a line without scale, which says whether it rises. */
export function trailPlot(svg, spanMs) {
    const MOST = 1000;
    const area = make('path', { class: 'area' }, svg);
    const line = make('path', { class: 'line' }, svg);
    const points = [];

    return (at, value) => {
        points.push({ at, value });
        while (points.length > MOST || points.length > 2 && points[1].at < at - spanMs)
            points.shift();
        const width = svg.clientWidth, height = svg.clientHeight;
        if (!width || points.length < 2)
            return;
        svg.setAttribute('viewBox', `0 0 ${width} ${height}`);
        const values = points.map(point => point.value);
        const lowest = Math.min(...values), range = Math.max(Math.max(...values) - lowest, 1);
        const since = Math.max(points[0].at, at - spanMs);
        const x = point => (Math.max(point.at, since) - since) / Math.max(at - since, 1) * width;
        const y = point => height - 3 - (point.value - lowest) / range * (height - 6);
        const path = points.map((point, i) => `${i ? 'L' : 'M'}${x(point).toFixed(1)} ${y(point).toFixed(1)}`).join('');
        line.setAttribute('d', path);
        area.setAttribute('d', `${path}L${width} ${height}L0 ${height}Z`);
    };
}

// The page at /activity: what the live figures say, drawn as they come.
import { listen, keepToken } from './stream.js';
import { minutePlot, trailPlot } from './plot.js';

const $ = id => document.getElementById(id);
const language = document.documentElement.lang;
const number = new Intl.NumberFormat(language).format;
const oneDigit = new Intl.NumberFormat(language, { minimumFractionDigits: 1, maximumFractionDigits: 1 }).format;
const percent = new Intl.NumberFormat(language, { style: 'percent', minimumFractionDigits: 1, maximumFractionDigits: 1 }).format;
const clock = new Intl.DateTimeFormat(language, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format;

const TRAIL_MS = 300000;
const MOST_ROWS = 10;

let figures = null, heardAt = 0, drawing = false, pointed = null;

const put = (id, text) => {
    const element = $(id);
    if (element.textContent !== text)
        element.textContent = text;
};
const count = (id, value) => put(id, number(value ?? 0));

const plotMinutes = minutePlot($('plot'), number, clock, minute => {
    pointed = minute && minute.at;
    showMinute();
});
const plotTrail = trailPlot($('trail'), TRAIL_MS);

// --- drawing

function draw() {
    drawing = false;
    const { today, counters } = figures;
    count('active', figures.activeVisitors);
    $('active').style.setProperty('--length', $('active').textContent.length);

    count('visitors', today.visitors);
    count('new-visitors', today.newVisitors);
    count('sessions', today.sessions);
    put('bounce', percent(today.bounceRate || 0));
    put('length', duration(today.averageSessionSeconds || 0));
    put('views-per-session', oneDigit(today.viewsPerSession || 0));

    plotMinutes(figures.minutes);
    showMinute();
    minuteTable();
    list('pages', figures.pages);
    list('referrers', figures.referrers);
    list('devices', figures.devices);
    funnels();

    for (const id of ['counted', 'duplicates', 'late', 'flooding', 'forgotten'])
        count(id, counters[id]);
    count('remembered', figures.rememberedVisitors);
    $('figures').setAttribute('aria-busy', 'false');
}

function duration(seconds) {
    const whole = Math.round(seconds);
    return whole < 60 ? `${whole} s` : `${Math.floor(whole / 60)} min ${String(whole % 60).padStart(2, '0')} s`;
}

// The minute under the pointer; without one the last that is over.
function showMinute() {
    if (!figures)
        return;
    const { minutes } = figures;
    const minute = minutes.find(one => one.at === pointed) || minutes.at(-2) || minutes.at(-1);
    if (!minute)
        return;
    put('minute-name', minute.at === pointed ? `At ${clock(minute.at)}` : `The last full minute, ${clock(minute.at)}`);
    count('minute-events', minute.events);
    count('minute-views', minute.views);
    count('minute-others', minute.events - minute.views);
}

function minuteTable() {
    const { minutes } = figures;
    const highest = minutes.reduce((best, minute) => minute.events > best.events ? minute : best, { events: 0 });
    const label = highest.events
        ? `Events of each minute from ${clock(minutes[0].at)} to ${clock(minutes.at(-1).at)}; the most, ${number(highest.events)}, at ${clock(highest.at)}. The table below has them all.`
        : 'No events in the last half hour.';
    if ($('plot').getAttribute('aria-label') !== label)
        $('plot').setAttribute('aria-label', label);
    rows($('minutes'), [...minutes].reverse(), minute => `${minute.at}`, 3, (cells, minute) => {
        text(cells[0], clock(minute.at));
        text(cells[1], number(minute.events));
        text(cells[2], number(minute.views));
    });
}

function list(id, items) {
    const shown = items.slice(0, MOST_ROWS);
    const most = Math.max(1, ...shown.map(item => item.count));
    $(`${id}-nothing`).hidden = shown.length > 0;
    rows($(id), shown, item => item.key, 2, (cells, item, row) => {
        text(cells[0], item.key);
        cells[0].title = item.key;
        text(cells[1], number(item.count));
        row.style.setProperty('--share', item.count / most);
    });
}

function funnels() {
    const parent = $('funnels');
    $('funnels-nothing').hidden = figures.funnels.length > 0;
    keyed(parent, figures.funnels, funnel => funnel.name, funnel => {
        const section = document.createElement('section');
        section.innerHTML = '<h3></h3><table><thead><tr><th scope="col">Step</th><th scope="col" class="number">Visitors</th>' +
            '<th scope="col" class="number">Went on</th></tr></thead><tbody></tbody></table>';
        section.querySelector('h3').textContent = funnel.name;
        section.querySelector('table').setAttribute('aria-label', `Funnel ${funnel.name}`);
        return section;
    }, (section, funnel) => {
        const first = Math.max(1, funnel.steps[0]?.visitors ?? 0);
        rows(section.querySelector('tbody'), funnel.steps, step => `${step.step}`, 3, (cells, step, row) => {
            const before = funnel.steps[funnel.steps.indexOf(step) - 1];
            const name = step.name ? step.name.replace(/^event:/, '') : `Step ${step.step}`;
            text(cells[0], name);
            cells[0].title = name;
            text(cells[1], number(step.visitors));
            text(cells[2], !before ? '' : before.visitors ? percent(step.visitors / before.visitors) : '–');
            row.style.setProperty('--share', step.visitors / first);
        });
    });
}

function text(element, value) {
    if (element.textContent !== value)
        element.textContent = value;
}

// Elements stay where what they show stays, so that whoever reads or points at one is not thrown out of it.
function keyed(parent, items, keyOf, create, fill) {
    const had = new Map([...parent.children].map(child => [child.dataset.key, child]));
    items.forEach((item, index) => {
        const key = keyOf(item);
        let child = had.get(key);
        if (child) {
            had.delete(key);
        } else {
            child = create(item);
            child.dataset.key = key;
        }
        if (parent.children[index] !== child)
            parent.insertBefore(child, parent.children[index] || null);
        fill(child, item);
    });
    for (const gone of had.values())
        gone.remove();
}

function rows(body, items, keyOf, columns, fill) {
    keyed(body, items, keyOf, () => {
        const row = document.createElement('tr');
        for (let i = 0; i < columns; i++) {
            const cell = document.createElement(i ? 'td' : 'th');
            if (i)
                cell.className = 'number';
            else
                cell.scope = 'row';
            row.append(cell);
        }
        return row;
    }, (row, item) => fill(row.cells, item, row));
}

// --- the connection

// Said aloud when it changes, and not with every figure.
function state(name, words) {
    if (document.body.dataset.state === name)
        return;
    const before = document.body.dataset.state;
    document.body.dataset.state = name;
    put('state', words);
    if (name === 'lost')
        put('said', 'The connection is lost. The figures stand still.');
    else if (name === 'live' && before === 'lost')
        put('said', 'Connected again.');
}

function age() {
    if (!figures)
        return;
    if (typeof figures.ageMs !== 'number') {
        put('age', 'no figures yet');
        return;
    }
    const seconds = (figures.ageMs + performance.now() - heardAt) / 1000;
    const lost = document.body.dataset.state === 'lost';
    // Where nobody does anything, nothing is stored, and nothing is missed.
    put('age', seconds < 10 ? `${oneDigit(seconds)} s old` : lost ? `${duration(seconds)} old` : `nothing new for ${duration(seconds)}`);
    if (lost)
        put('lost-more', `The figures below are ${duration(seconds)} old.`);
}

let triesAt = 0;

function lostText(what) {
    const seconds = Math.ceil((triesAt - Date.now()) / 1000);
    put('lost-what', seconds > 0 ? `${what} Trying again in ${seconds} s.` : `${what} Trying again …`);
}

let lostWhat = '';

const connection = listen({
    figures: given => {
        figures = { ...given, minutes: given.minutes.map(minute => ({ ...minute, at: Date.parse(minute.minute) })) };
        heardAt = performance.now();
        plotTrail(heardAt, figures.activeVisitors);
        state('live', 'Live');
        if (!drawing) {
            drawing = true;
            requestAnimationFrame(draw);
        }
    },
    connected: () => {
        $('ask').hidden = true;
        $('lost').hidden = true;
        if (!figures)
            state('waiting', 'Connected');
    },
    lost: (what, at) => {
        state('lost', 'Not connected');
        lostWhat = what;
        triesAt = at;
        lostText(what);
        $('lost').hidden = false;
    },
    unknown: refused => {
        state('unknown', 'Not connected');
        $('lost').hidden = true;
        put('ask-why', refused
            ? 'This token may not see the figures: they are for analysts, case workers, supervisors, operators and auditors.'
            : 'The figures are for analysts, case workers, supervisors, operators and auditors.');
        $('ask').hidden = false;
        $('token').focus();
    },
});

setInterval(() => {
    age();
    if (document.body.dataset.state === 'lost')
        lostText(lostWhat);
}, 500);

$('again').addEventListener('click', () => connection.again());
$('ask').addEventListener('submit', event => {
    event.preventDefault();
    keepToken($('token').value.trim());
    $('token').value = '';
    connection.again();
});

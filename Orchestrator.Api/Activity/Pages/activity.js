// Tells Orchestrator what visitors of a site do: page views, clicks, pings of pages that are in use, and what the site itself names.
//
//     <script async src="https://…/activity.js" data-key="the site's write key"></script>
//
//     data-endpoint       where events go; /v1/activity beside this script unless given
//     data-consent        "required": nothing is stored or sent before orchestrator.consent(true)
//     data-ping-seconds   how often a page that is in use says so; 15 unless given, 0 for never
//     data-query          names of query parameters that stay in addresses, by commas; all others are taken out
//
//     orchestrator.track('signup', { plan: 'gold' })   something that the site names
//     orchestrator.identify('customer-42')             who the visitor is, once known; null when they leave
//     orchestrator.consent(true)                       and false, which also forgets what was stored
//
// Whoever cannot wait until it has loaded: (window.orchestrator = window.orchestrator || []).push(['track', 'signup'])
//
// Do Not Track and Global Privacy Control are respected always. What visitors type is never read.
(() => {
    'use strict';

    const script = document.currentScript;
    const early = window.orchestrator;
    if (!script || early && early.track)
        return;

    const BATCH = 20, MOST = 500, BATCH_BYTES = 60000, FLUSH_MS = 1000, ANSWER_MS = 30000;
    const TRIES = 10, FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 60000;
    const VISITOR = 'orchestrator.visitor', CONSENT = 'orchestrator.consent';
    const INTERACTIVE = '[data-activity],a[href],button,input,select,textarea,summary,[role=button],[role=link],[role=tab],[role=menuitem],[role=option],[role=switch]';

    const { key = '', endpoint, consent: consentMode, pingSeconds, query = '' } = script.dataset;
    const target = new URL(endpoint || 'v1/activity', endpoint ? location.href : script.src);
    if (key)
        target.searchParams.set('key', key);
    const consentRequired = consentMode === 'required';
    const pingMs = 1000 * Math.min(3600, pingSeconds === undefined || isNaN(pingSeconds) ? 15 : Number(pingSeconds));
    const keptParameters = query.split(',').map(name => name.trim());

    // Where a browser allows no storage, a visitor lasts as long as the page.
    const stored = name => { try { return localStorage.getItem(name); } catch { return null; } };
    const store = (name, value) => { try { localStorage.setItem(name, value); } catch { } };
    const forget = name => { try { localStorage.removeItem(name); } catch { } };

    // Pages without https have no randomUUID.
    const newId = () => crypto.randomUUID ? crypto.randomUUID() : '10000000-1000-4000-8000-100000000000'.replace(
        /[018]/g, digit => (digit ^ crypto.getRandomValues(new Uint8Array(1))[0] & 15 >> digit / 4).toString(16));

    const objects = () => navigator.doNotTrack === '1' || window.doNotTrack === '1' || navigator.globalPrivacyControl === true;

    let recording = false, visitorId, customerId, page, used = false, looking;
    let queue = [], sending = false, timer, tries = 0, notBefore = 0;

    // --- what is recorded

    const cut = (text, length) => {
        const short = String(text).replace(/[\u0000-\u001f]+/g, ' ').trim().slice(0, length);
        // Half of a sign would make good text bad JSON.
        return (short.toWellFormed ? short.toWellFormed() : short) || undefined;
    };

    // Queries and fragments carry names, tokens and searches; of fragments, only those stay by which a site of one page names its pages.
    const bare = address => {
        let url;
        try { url = new URL(address, location.href); } catch { return undefined; }
        for (const name of [...url.searchParams.keys()]) {
            if (!keptParameters.includes(name))
                url.searchParams.delete(name);
        }
        const route = /^#!?\//.test(url.hash) ? url.hash.split('?')[0] : '';
        return (url.origin === 'null' ? url.protocol + '//' : url.origin) + url.pathname + url.search + route;
    };

    const record = (type, more) => {
        if (!recording)
            return;
        if (looking && type !== 'page_view')
            look();
        const event = { eventId: newId(), type, visitorId, createdAt: new Date().toISOString(), customerId, url: cut(page, 2048), ...more };
        const json = JSON.stringify(event);
        const bytes = new Blob([json]).size;
        if (bytes > BATCH_BYTES)
            return;
        queue.push({ json, bytes });
        trim();
        if (queue.length >= BATCH)
            flush();
        else
            schedule(FLUSH_MS);
    };

    // What cannot be sent makes room for what comes after it.
    const trim = () => queue.splice(0, Math.max(0, queue.length - MOST));

    // A view is a change of address; that another parameter or a place within the page was chosen is none.
    const look = again => {
        clearTimeout(looking);
        looking = undefined;
        const now = bare(location.href), before = again ? undefined : page;
        if (!recording || now === before)
            return;
        page = now;
        const referrer = before || (document.referrer && bare(document.referrer));
        record('page_view', { referrer: referrer && cut(referrer, 2048), title: cut(document.title, 512) });
    };

    // Sites change the title behind the address, and sometimes the address twice.
    const lookSoon = () => { looking = looking || setTimeout(look, 50); };

    const describe = element => element.dataset && element.dataset.activity ||
        element.localName + (element.id && '#' + element.id) + [...element.classList].map(name => '.' + name).join('');

    const clicked = click => {
        const element = click.composedPath().find(node => node.matches && node.matches(INTERACTIVE));
        if (element)
            record('click', { element: cut(describe(element), 256) });
    };

    const ping = () => {
        if (used && document.visibilityState === 'visible')
            record('page_ping');
        used = false;
    };

    const track = (name, properties) => {
        const named = name && cut(name, 128);
        if (!named)
            return;
        const entries = Object.entries(properties || {})
            .filter(([, value]) => value !== null && value !== undefined)
            .map(([entry, value]) => [cut(entry, 128), cut(value, 512)])
            .filter(([entry, value]) => entry && value)
            .slice(0, 32);
        record('custom', { name: named, properties: entries.length ? Object.fromEntries(entries) : undefined });
    };

    const identify = customer => {
        const known = customer === null || customer === undefined ? undefined : cut(customer, 128);
        if (known === customerId)
            return;
        customerId = known;
        if (known)
            record('custom', { name: 'identify' });
    };

    // --- how it is sent

    const schedule = wait => {
        if (timer || sending)
            return;
        timer = setTimeout(flush, Math.max(wait, notBefore - Date.now()));
    };

    const take = () => {
        let count = 0, bytes = 100;
        while (count < queue.length && count < MOST && (bytes += queue[count].bytes + 1) <= BATCH_BYTES)
            count++;
        return queue.splice(0, count);
    };

    const bodyOf = batch => `{"sentAt":"${new Date().toISOString()}","events":[${batch.map(event => event.json).join()}]}`;

    const flush = async () => {
        clearTimeout(timer);
        timer = undefined;
        if (sending || !queue.length)
            return;
        if (Date.now() < notBefore)
            return schedule(0);
        const batch = take();
        sending = true;
        let again = true, after = 0;
        try {
            // Text is plain unless one says otherwise, and plain text needs no question beforehand whether it may be sent.
            const answer = await fetch(target, {
                method: 'POST', body: bodyOf(batch), keepalive: true, credentials: 'omit', signal: AbortSignal.timeout(ANSWER_MS),
            });
            again = answer.status === 429 || answer.status >= 500;
            after = Number(answer.headers.get('Retry-After')) * 1000 || 0;
        } catch { /* The network is away, or the service: it is tried again. */ }
        sending = false;
        if (again && ++tries < TRIES && recording) {
            // The same events under the same ids: those that came through count once.
            queue = batch.concat(queue);
            trim();
            const wait = Math.max(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (tries - 1)) * (0.5 + Math.random() / 2), Math.min(after, LONGEST_WAIT_MS));
            notBefore = Date.now() + wait;
        } else {
            tries = 0;
            notBefore = 0;
        }
        if (queue.length)
            schedule(queue.length >= BATCH ? 0 : FLUSH_MS);
    };

    // A page that goes has no time to wait for answers: the browser sends for it.
    const leave = () => {
        if (looking)
            look();
        while (queue.length) {
            const batch = take();
            if (!navigator.sendBeacon(target, bodyOf(batch))) {
                queue = batch.concat(queue);
                return;
            }
        }
    };

    // --- beginning and ending

    let listening = false;

    const listen = () => {
        if (listening)
            return;
        listening = true;
        for (const name of ['pushState', 'replaceState']) {
            const original = history[name];
            history[name] = function () {
                const result = original.apply(this, arguments);
                lookSoon();
                return result;
            };
        }
        addEventListener('popstate', lookSoon);
        addEventListener('hashchange', lookSoon);
        addEventListener('pageshow', shown => { if (shown.persisted) look(true); });
        addEventListener('pagehide', leave);
        document.addEventListener('visibilitychange', () => { if (document.visibilityState === 'hidden') leave(); });
        document.addEventListener('click', clicked, { capture: true, passive: true });
        for (const name of ['pointermove', 'pointerdown', 'keydown', 'scroll', 'wheel', 'touchstart'])
            addEventListener(name, () => { used = true; }, { capture: true, passive: true });
        if (pingMs > 0)
            setInterval(ping, pingMs);
    };

    const begin = () => {
        if (recording || objects())
            return;
        visitorId = stored(VISITOR);
        if (!/^[\w.-]{1,64}$/.test(visitorId || '')) {
            visitorId = newId();
            store(VISITOR, visitorId);
        }
        recording = true;
        listen();
        // A page that is drawn ahead of time is looked at when it is shown.
        if (document.prerendering)
            document.addEventListener('prerenderingchange', () => look(), { once: true });
        else
            look();
    };

    const end = () => {
        recording = false;
        queue = [];
        page = customerId = undefined;
        clearTimeout(timer);
        clearTimeout(looking);
        timer = looking = undefined;
        forget(VISITOR);
    };

    const consent = given => {
        if (given === true) {
            if (!objects()) {
                store(CONSENT, 'yes');
                begin();
            }
        } else {
            end();
            // Where consent need not be asked for, that somebody does not want it has to be known.
            if (consentRequired || objects())
                forget(CONSENT);
            else
                store(CONSENT, 'no');
        }
    };

    const calls = { track, identify, consent };
    const call = ([name, ...values]) => calls[name] && calls[name](...values);
    window.orchestrator = { ...calls, push: call };

    if (objects())
        forget(VISITOR);
    else if (consentRequired ? stored(CONSENT) === 'yes' : stored(CONSENT) !== 'no')
        begin();
    if (Array.isArray(early))
        early.forEach(call);
})();

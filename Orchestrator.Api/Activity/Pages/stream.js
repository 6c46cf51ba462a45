// The live figures, read as they come. A stream with a token cannot be an EventSource, which sends no headers.

const TOKEN = 'orchestrator.token';
const SILENCE_MS = 15000;
const FIRST_WAIT_MS = 1000, LONGEST_WAIT_MS = 15000;
const LONGEST_EVENT = 1 << 20;

/** Somebody has to say who they are. */
class Unknown extends Error { }

/** They have said so, and may not see it. */
class Refused extends Error { }

let memory = null;
const kept = () => { try { return sessionStorage.getItem(TOKEN); } catch { return memory; } };

/** Keeps a token for as long as the tab is open; null forgets it. */
export function keepToken(token) {
    memory = token;
    try {
        if (token)
            sessionStorage.setItem(TOKEN, token);
        else
            sessionStorage.removeItem(TOKEN);
    } catch { /* It lasts as long as the page. */ }
}

// Whoever was asked meanwhile may have given another one.
function forget(token) {
    if (kept() === token)
        keepToken(null);
}

// While somebody develops, a built-in issuer gives tokens to everybody; elsewhere there is none.
async function developmentToken(signal) {
    const answer = await fetch('/dev/token', {
        method: 'POST', signal, headers: { 'Content-Type': 'application/json' }, body: JSON.stringify({ user: 'activity-page', roles: ['analyst'] }),
    });
    return answer.ok ? (await answer.json()).access_token : null;
}

/** Goes through text/event-stream, by lines, whatever the pieces in which it comes. */
export function reader(take) {
    let rest = '', name = '', data = [];
    return text => {
        rest += text;
        const lines = rest.split(/\r\n|\n|\r/);
        rest = lines.pop();
        for (const line of lines) {
            if (line === '') {
                if (data.length)
                    take(name || 'message', data.join('\n'));
                name = '';
                data = [];
            } else if (line.startsWith('event:')) {
                name = line.slice(6).trim();
            } else if (line.startsWith('data:')) {
                data.push(line.slice(5).replace(/^ /, ''));
            }
        }
        if (rest.length > LONGEST_EVENT)
            throw new Error('an event without an end');
    };
}

/**
 * Keeps reading, whatever happens to the connection.
 * @param on figures(figures), connected(), lost(what, triesAt), unknown(refused): what the page makes of it.
 * @returns again(): does not wait any longer.
 */
export function listen(on) {
    let wake = () => { };
    let asked = false;
    run();
    return { again: () => { asked = true; wake(); } };

    async function run() {
        let failures = 0;
        for (; ;) {
            let what = '', wait = 0, worked = false;
            try {
                await once(() => { failures = 0; worked = true; });
            } catch (error) {
                if (error instanceof Unknown || error instanceof Refused) {
                    forget(error.token);
                    on.unknown(error instanceof Refused);
                    await pause();
                    continue;
                }
                what = error.name === 'AbortError' ? 'Nothing was heard for a while.' : 'The service does not answer.';
                wait = error.wait || 0;
            }
            if (worked && !what) {
                // Connections end after an hour, and come again: nothing that anybody has to know of.
                await pause(FIRST_WAIT_MS * (0.5 + Math.random() / 2));
                continue;
            }
            wait = Math.max(wait, Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** failures++) * (0.75 + Math.random() / 4));
            on.lost(what || 'The service says nothing.', Date.now() + wait);
            await pause(wait);
        }
    }

    // Until the time has passed or somebody is impatient; without a time, until they are.
    async function pause(wait) {
        if (!asked)
            await new Promise(resolve => {
                wake = resolve;
                if (wait !== undefined)
                    setTimeout(resolve, wait);
            });
        asked = false;
    }

    async function once(heard) {
        const silence = new AbortController();
        let watch;
        const alive = () => {
            clearTimeout(watch);
            watch = setTimeout(() => silence.abort(), SILENCE_MS);
        };
        alive();
        try {
            const body = await open(silence.signal);
            on.connected();
            const feed = reader((name, data) => {
                if (name === 'figures')
                    on.figures(JSON.parse(data));
            });
            const decoder = new TextDecoder();
            const pieces = body.getReader();
            for (let piece = await pieces.read(); !piece.done; piece = await pieces.read()) {
                alive();
                heard();
                feed(decoder.decode(piece.value, { stream: true }));
            }
        } finally {
            clearTimeout(watch);
            silence.abort();
        }
    }

    async function open(signal) {
        // What was asked until here is answered by this attempt.
        asked = false;
        let token = kept(), fresh = false;
        if (!token) {
            token = await developmentToken(signal);
            fresh = true;
            if (!token)
                throw new Unknown();
            keepToken(token);
        }
        const answer = await fetch('/v1/activity/live', { signal, headers: { Authorization: `Bearer ${token}`, Accept: 'text/event-stream' } });
        if (answer.ok)
            return answer.body;
        if (answer.status === 403)
            throw Object.assign(new Refused(), { token });
        if (answer.status === 401) {
            // What was kept has expired, perhaps; a built-in issuer gives another one.
            forget(token);
            if (fresh)
                throw Object.assign(new Unknown(), { token });
            return open(signal);
        }
        throw Object.assign(new Error(`${answer.status}`), { wait: Math.min(LONGEST_WAIT_MS, Number(answer.headers.get('Retry-After')) * 1000 || 0) });
    }
}

# What ./run and ./test need of the machine. To be sourced, after changing to the repository's root; bash 3.2 is enough.

export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

say() { printf '%s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

need_dotnet() {
    if ! command -v dotnet >/dev/null 2>&1; then
        die "The .NET 10 SDK is missing: https://dotnet.microsoft.com/download/dotnet/10.0 (macOS: brew install dotnet-sdk)."
    fi
    if ! dotnet --version >/dev/null 2>&1; then
        die "The .NET 10 SDK is missing; global.json asks for it. Installed: $(dotnet --list-sdks | tr '\n' ' ')"
    fi
}

has_postgres() {
    local bin
    for bin in /usr/lib/postgresql/*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin \
        /Applications/Postgres.app/Contents/Versions/*/bin /usr/pgsql-*/bin; do
        if [ -x "$bin/initdb" ] && [ -x "$bin/postgres" ]; then return 0; fi
    done
    command -v initdb >/dev/null 2>&1 && command -v postgres >/dev/null 2>&1
}

# PostgreSQL's programs: installed where that takes no question, named where it does.
need_postgres() {
    if has_postgres; then return 0; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing PostgreSQL ..."
        if apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2; then
            if has_postgres; then return 0; fi
        fi
        die "PostgreSQL could not be installed: apt-get install postgresql"
    elif command -v apt-get >/dev/null 2>&1; then
        die "PostgreSQL is missing: sudo apt-get install postgresql"
    elif [ "$(uname -s)" = Darwin ]; then
        die "PostgreSQL is missing: brew install postgresql@17"
    fi
    die "PostgreSQL 15 or later is missing: install the server's programs (initdb, pg_ctl, postgres)."
}

has_chromium() {
    local program
    for program in "${ORCHESTRATOR_TEST_CHROMIUM:-}" /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome /snap/bin/chromium \
        "/Applications/Chromium.app/Contents/MacOS/Chromium" "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"; do
        if [ -n "$program" ] && [ -x "$program" ]; then return 0; fi
    done
    return 1
}

# A browser, for the tests of what runs in one: installed likewise. Without it those tests fail and say so; the others need none.
want_chromium() {
    if has_chromium; then return 0; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing Chromium ..."
        if apt-get update -qq >&2 && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >&2; then
            if has_chromium; then return 0; fi
        fi
    fi
    say "Chromium is missing, and the tests of what runs in a browser will fail: apt-get install chromium, or name Chromium or Chrome in ORCHESTRATOR_TEST_CHROMIUM."
}

# Prometheus' own checker, for the tests of the rules in deploy/prometheus: installed likewise, and nothing of it is started. Without it those tests fail and say so.
want_promtool() {
    if command -v promtool >/dev/null 2>&1; then return 0; fi
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        say "Installing promtool ..."
        if apt-get update -qq >&2 && RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends prometheus >&2; then
            if command -v promtool >/dev/null 2>&1; then return 0; fi
        fi
    fi
    say "promtool is missing, and the tests of the alert rules will fail: apt-get install prometheus (macOS: brew install prometheus)."
}

# A directory in memory with so many GiB to spare, of which the machine's memory keeps as many again, and whose programs may run; nothing where there is none.
memory_directory() {
    local directory=/dev/shm needed=$(($1 << 20)) probe
    [ -d "$directory" ] && [ -w "$directory" ] && [ -r /proc/meminfo ] || return 0
    [ "$(df -Pk "$directory" | awk 'NR == 2 { print $4 }')" -ge "$needed" ] || return 0
    [ "$(awk '$1 == "MemAvailable:" { print $2 }' /proc/meminfo)" -ge $((2 * needed)) ] || return 0
    probe=$(mktemp "$directory/orchestrator-XXXXXX") || return 0
    printf '#!/bin/sh\n' > "$probe" && chmod 700 "$probe"
    if "$probe" 2>/dev/null; then printf '%s\n' "$directory"; fi
    rm -f "$probe"
}

# Builds projects in Release, warnings as errors; quiet unless one fails.
build() {
    say "Building (the first time takes a minute or two) ..."
    local project output
    for project in "$@"; do
        if ! output=$(dotnet build "$project" -c Release -v quiet -clp:NoSummary -tl:off -nodeReuse:false 2>&1); then
            die "$output
The build failed."
        fi
    done
}

# For the service: the runtime keeps the first generation so small by itself that it collects seven times a second where once would do.
roomy_first_generation() { export DOTNET_GCgen0size=${DOTNET_GCgen0size:-0x4000000}; }

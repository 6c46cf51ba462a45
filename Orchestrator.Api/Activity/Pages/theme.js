// Before anything is drawn: the colours that were chosen, or those of the system. No module, since modules come after the first picture.
(() => {
    'use strict';

    const CHOSEN = 'orchestrator.theme';
    const root = document.documentElement;
    const apply = theme => {
        if (theme === 'light' || theme === 'dark')
            root.dataset.theme = theme;
        else
            delete root.dataset.theme;
    };

    let chosen = 'auto';
    try { chosen = localStorage.getItem(CHOSEN) || 'auto'; } catch { /* Not kept, then. */ }
    apply(chosen);

    document.addEventListener('DOMContentLoaded', () => {
        for (const choice of document.querySelectorAll('input[name=theme]')) {
            choice.checked = choice.value === (root.dataset.theme || 'auto');
            choice.addEventListener('change', () => {
                apply(choice.value);
                try { localStorage.setItem(CHOSEN, choice.value); } catch { /* It lasts as long as the page. */ }
            });
        }
    });
})();

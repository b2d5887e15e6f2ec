import { overwriteGetLocale, toLocale } from '#lib/paraglide/runtime.js';

// The page speaks the language in which the server drew it, whatever the browser would have chosen.
overwriteGetLocale(() => toLocale(document.documentElement.lang) ?? 'fr');

/** Where to go after signing in: a page of this site, or `fallback`. Anything that a browser reads as another host is dropped. */
export function safeReturnTo(value: unknown, fallback = '/'): string {
  if (typeof value !== 'string' || !value.startsWith('/')) return fallback;
  const base = 'http://self.invalid';
  let url: URL;
  try {
    url = new URL(value, base);
  } catch {
    return fallback;
  }
  // `//host`, `/\host` and `/<tab>/host` all parse to another origin.
  if (url.origin !== base) return fallback;
  const path = url.pathname + url.search + url.hash;
  return path.startsWith('//') ? fallback : path;
}

export function signInPath(returnTo: string): string {
  return `/connexion?retour=${encodeURIComponent(returnTo)}`;
}

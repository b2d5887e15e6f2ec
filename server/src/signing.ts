/** Name of the installation's signing key, as pinned in the bridges. A rotation introduces the next one through `config`. */
export const SIGNING_KID = 'server-1';

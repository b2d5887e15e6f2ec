import { m } from '#lib/paraglide/messages.js';

const NAMES = {
  together: m.compat_together,
  same_site: m.compat_same_site,
  never_same_site: m.compat_never,
};

const MEANINGS = {
  together: m.compat_means_together,
  same_site: m.compat_means_same_site,
  never_same_site: m.compat_means_never,
};

/** What two publics may do at the same time, in the words of the pages. */
export const relationName = (relation: keyof typeof NAMES): string => NAMES[relation]();

export const relationMeaning = (relation: keyof typeof MEANINGS): string => MEANINGS[relation]();

import { defineParams } from '@sveltejs/kit/params';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const SLUG = /^[a-z0-9]([a-z0-9-]{0,78}[a-z0-9])?$/;

/** An address that can be no place and no booking is no page: 404 without asking the API. */
export const params = defineParams({
  uuid: (text) => (UUID.test(text) ? text : undefined),
  slug: (text) => (SLUG.test(text) ? text : undefined),
});

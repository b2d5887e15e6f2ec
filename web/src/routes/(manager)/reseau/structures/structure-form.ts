import type { fieldsOf } from '#lib/server/forms.ts';

type LegalForm = 'association' | 'public_body' | 'company';

/** A structure as the API takes it, and as it was typed. */
export function structureOf({ text, textOrNull, codes }: ReturnType<typeof fieldsOf>) {
  return {
    body: {
      name: text('nom'),
      legalForm: text('forme') as LegalForm,
      labels: codes('labels'),
      contactEmail: textOrNull('courriel'),
    },
    values: { name: text('nom'), legalForm: text('forme'), labels: text('labels'), contactEmail: text('courriel') },
  };
}

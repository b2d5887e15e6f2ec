import {
  type Audience,
  type CompatibilityRule,
  DEFAULT_AUDIENCES,
  deriveClasses,
  resolveCompatibility,
  siteClasses,
  type Togetherness,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

const rule = (a: string, relation: Togetherness, b: string): CompatibilityRule => ({ audiences: [a, b], relation });

function resolved(
  layers: Partial<Record<'network' | 'site' | 'space', CompatibilityRule[]>>,
  audiences = DEFAULT_AUDIENCES as readonly Audience[],
) {
  const outcome = resolveCompatibility(audiences, { network: [], site: [], space: [], ...layers });
  if (!outcome.ok) throw new Error(outcome.reason);
  return outcome.value;
}

describe('which audiences may be where at once', () => {
  test('without a rule, one class meets and two classes share the site', () => {
    const { relation } = resolved({});
    expect(relation('professional', 'training')).toBe('together');
    expect(relation('professional', 'youth')).toBe('same_site');
    expect(relation('youth', 'youth')).toBe('together');
    expect(relation('staff', 'youth')).toBe('together');
  });

  test('the site overrides the network, the space overrides the site, pair by pair and in either order', () => {
    const network = [rule('professional', 'never_same_site', 'youth'), rule('general', 'together', 'youth')];
    const site = [rule('youth', 'same_site', 'professional')];
    expect(resolved({ network }).relation('youth', 'professional')).toBe('never_same_site');
    expect(resolved({ network, site }).relation('youth', 'professional')).toBe('same_site');
    expect(resolved({ network, site }).relation('general', 'youth')).toBe('together');
    const space = [rule('professional', 'together', 'youth')];
    expect(resolved({ network, site, space }).relation('youth', 'professional')).toBe('together');
  });

  test.each([
    ['unknown_audience', { network: [rule('professional', 'together', 'nobody')] }],
    ['same_audience', { network: [rule('youth', 'same_site', 'youth')] }],
    ['pair_given_twice', { site: [rule('youth', 'same_site', 'general'), rule('general', 'together', 'youth')] }],
    ['staff_kept_apart', { network: [rule('staff', 'same_site', 'youth')] }],
    ['site_rule_of_space', { space: [rule('youth', 'never_same_site', 'general')] }],
    [
      'space_loosens_site',
      { site: [rule('youth', 'never_same_site', 'general')], space: [rule('general', 'same_site', 'youth')] },
    ],
  ] as const)('%s is refused, with the rule', (reason, layers) => {
    const outcome = resolveCompatibility(DEFAULT_AUDIENCES, { network: [], site: [], space: [], ...layers });
    const [layer, rules] = Object.entries(layers).at(-1) as [string, CompatibilityRule[]];
    expect(outcome).toEqual({ ok: false, reason, detail: { layer, audiences: rules.at(-1)?.audiences } });
  });
});

describe('classes', () => {
  test('the default list keeps the classes that it declares', () => {
    const classes = deriveClasses(resolved({}));
    expect(classes).toEqual({
      ok: true,
      value: new Map(DEFAULT_AUDIENCES.map(({ code, audienceClass }) => [code, audienceClass])),
    });
  });

  test('a class that is split or joined is called after its first member', () => {
    const split = deriveClasses(resolved({ space: [rule('professional', 'same_site', 'training')] }));
    expect(split.ok && [split.value.get('professional'), split.value.get('training')]).toEqual([
      'professional',
      'training',
    ]);
    const joined = deriveClasses(
      resolved({ space: [rule('youth', 'together', 'general'), rule('youth', 'together', 'social')] }),
    );
    expect(joined.ok && ['youth', 'general', 'social'].map((code) => joined.value.get(code))).toEqual([
      'general',
      'general',
      'general',
    ]);
  });

  test('two classes never get one name, whatever the codes and the declared classes are called', () => {
    const audiences: Audience[] = [
      { code: 'youth', audienceClass: 'young', isStaff: false },
      { code: 'teen', audienceClass: 'youth', isStaff: false },
    ];
    const classes = deriveClasses(resolved({}, audiences));
    expect(classes.ok && [classes.value.get('youth'), classes.value.get('teen')]).toEqual(['young', 'teen']);
  });

  test('a setting that is not transitive is refused with the triple that breaks it', () => {
    const outcome = deriveClasses(resolved({ network: [rule('training', 'together', 'youth')] }));
    expect(outcome).toEqual({
      ok: false,
      reason: 'not_transitive',
      detail: { a: 'professional', b: 'training', c: 'youth' },
    });
  });

  test('for any setting: either the classes say exactly who may be together, or a real triple is given', () => {
    fc.assert(
      fc.property(anySetting(), ({ compatibility, codes }) => {
        const outcome = deriveClasses(compatibility);
        if (outcome.ok) {
          for (const a of codes)
            for (const b of codes)
              expect(outcome.value.get(a) === outcome.value.get(b)).toBe(compatibility.relation(a, b) === 'together');
        } else {
          const { a, b, c } = outcome.detail as { a: string; b: string; c: string };
          expect([compatibility.relation(a, b), compatibility.relation(b, c)]).toEqual(['together', 'together']);
          expect(compatibility.relation(a, c)).not.toBe('together');
        }
      }),
    );
  });
});

describe('site classes', () => {
  test('only audiences that must never be on the site with another one carry a class', () => {
    const outcome = siteClasses(resolved({ network: [rule('professional', 'never_same_site', 'youth')] }));
    expect(outcome).toEqual({
      ok: true,
      value: new Map([
        ['professional', { axis: 'professional', siteClass: 'professional' }],
        ['youth', { axis: 'professional', siteClass: 'youth' }],
      ]),
    });
  });

  test('two unrelated pairs are two axes', () => {
    const outcome = siteClasses(
      resolved({
        network: [rule('professional', 'never_same_site', 'youth'), rule('social', 'never_same_site', 'training')],
      }),
    );
    expect(outcome.ok && outcome.value.get('training')).toEqual({ axis: 'social', siteClass: 'training' });
    expect(outcome.ok && outcome.value.get('youth')).toEqual({ axis: 'professional', siteClass: 'youth' });
  });

  test('a chain that no column can keep is refused', () => {
    const chain = [
      rule('professional', 'never_same_site', 'youth'),
      rule('youth', 'never_same_site', 'social'),
      rule('social', 'never_same_site', 'training'),
    ];
    const outcome = siteClasses(resolved({ network: chain }));
    // Professionals may be there with social support and with training, but these two never together.
    expect(outcome).toEqual({
      ok: false,
      reason: 'not_transitive',
      detail: { a: 'social', b: 'professional', c: 'training' },
    });
  });

  test('for any setting: the columns forbid exactly the pairs that must never be there at once', () => {
    fc.assert(
      fc.property(anySetting(), ({ compatibility, codes }) => {
        const outcome = siteClasses(compatibility);
        if (!outcome.ok) return;
        for (const a of codes) {
          for (const b of codes) {
            const [x, y] = [outcome.value.get(a), outcome.value.get(b)];
            const isForbidden = x !== undefined && y !== undefined && x.axis === y.axis && x.siteClass !== y.siteClass;
            expect(isForbidden).toBe(compatibility.relation(a, b) === 'never_same_site');
          }
        }
      }),
    );
  });
});

/** Five audiences in two declared classes, and any relation for any pair. */
function anySetting() {
  const codes = ['a', 'b', 'c', 'd', 'e'];
  const audiences = codes.map((code, index) => ({ code, audienceClass: index < 3 ? 'x' : 'y', isStaff: false }));
  const pairs = codes.flatMap((a, index) => codes.slice(index + 1).map((b) => [a, b] as const));
  const relations = fc.array(fc.constantFrom<Togetherness>('together', 'same_site', 'never_same_site'), {
    minLength: pairs.length,
    maxLength: pairs.length,
  });
  return relations.map((chosen) => ({
    codes,
    compatibility: resolved(
      { network: pairs.map(([a, b], index) => rule(a, chosen[index] as Togetherness, b)) },
      audiences,
    ),
  }));
}

/**
 * Who may do what. One table, denied by default: an action that is not here is refused to everybody, and a route that names no
 * action does not start. A relation holds between an account and an object:
 *
 *  anyone      no account needed
 *  account     any signed-in account
 *  owner       the object is the account's own (its booking, its session)
 *  host        staff of the structure that the object belongs to
 *  partner     staff of the structure that the object was lent to: its agreement, a booking for its public
 *  manager     manages the network
 *  administrator  runs the platform
 */
export type Relation = 'anyone' | 'account' | 'owner' | 'host' | 'partner' | 'manager' | 'administrator';

export const PERMISSIONS = {
  'platform.observe': ['anyone'],
  'platform.administer': ['administrator'],
  'account.create': ['anyone'],
  'session.create': ['anyone'],
  'session.refresh': ['anyone'],
  'session.read': ['account'],
  'session.end': ['owner'],
  'password.reset': ['anyone'],
  'profile.read': ['account'],
  'profile.update': ['account'],
  'place.find': ['anyone'],
  'booking.quote': ['anyone'],
  'booking.create': ['account'],
  'booking.list': ['account'],
  'booking.read': ['owner', 'host', 'partner', 'manager'],
  'booking.change': ['owner', 'host', 'partner'],
  'booking.create_for_public': ['host'],
  'booking.open_door': ['owner'],
  'series.create': ['account'],
  'series.read': ['owner', 'host', 'manager'],
  'series.change': ['owner', 'host'],
  'waitlist.join': ['account'],
  'waitlist.list': ['account'],
  'waitlist.withdraw': ['owner', 'host'],
  'command.read': ['owner', 'host'],
  'site.list': ['host', 'manager'],
  'site.observe': ['host', 'manager'],
  'site.operate': ['host'],
  'schedule.read': ['host', 'manager'],
  'schedule.change': ['host'],
  'agreement.list': ['host', 'manager'],
  'agreement.read': ['host', 'partner', 'manager'],
  'agreement.answer': ['partner'],
  'agreement.end': ['host', 'partner'],
  'public.manage': ['host'],
  'member.search': ['host', 'manager'],
  'badge.manage': ['host'],
  'supervision.manage': ['manager'],
  'child.manage': ['owner'],
  'network.report': ['manager'],
  'audience.manage': ['manager'],
  'structure.manage': ['manager'],
  'site.create': ['manager'],
  'site.configure': ['host', 'manager'],
  'demo.play': ['anyone'],
} as const satisfies Record<string, readonly Relation[]>;

export type Action = keyof typeof PERMISSIONS;

export interface Actor {
  readonly accountId: string;
  readonly sessionId: string;
  readonly memberId: string | null;
  /** The structure whose public the member is. */
  readonly homeStructureId: string | null;
  /** Minors whom the member answers for: what is theirs is the member's too. */
  readonly wardIds: readonly string[];
  readonly displayName: string;
  readonly email: string;
  readonly locale: 'fr' | 'en';
  readonly roles: readonly {
    readonly role: 'host' | 'manager' | 'administrator';
    readonly structureId: string | null;
  }[];
}

/** What authorisation needs to know of an object; absent facts make the relation false. */
export interface ObjectFacts {
  readonly ownerAccountId?: string | null;
  readonly ownerMemberId?: string | null;
  readonly structureId?: string;
  readonly partnerStructureId?: string | null;
}

function holds(relation: Relation, actor: Actor | null, object: ObjectFacts): boolean {
  if (relation === 'anyone') return true;
  if (actor === null) return false;
  switch (relation) {
    case 'account':
      return true;
    case 'owner':
      return (
        (object.ownerAccountId != null && object.ownerAccountId === actor.accountId) ||
        (object.ownerMemberId != null &&
          (object.ownerMemberId === actor.memberId || actor.wardIds.includes(object.ownerMemberId)))
      );
    case 'host':
      return (
        object.structureId !== undefined &&
        actor.roles.some((r) => r.role === 'host' && r.structureId === object.structureId)
      );
    case 'partner':
      return (
        object.partnerStructureId != null &&
        actor.roles.some((r) => r.role === 'host' && r.structureId === object.partnerStructureId)
      );
    case 'manager':
    case 'administrator':
      return actor.roles.some((r) => r.role === relation);
  }
}

/** May this actor do this to this object? */
export function may(actor: Actor | null, action: Action, object: ObjectFacts = {}): boolean {
  return PERMISSIONS[action].some((relation) => holds(relation, actor, object));
}

/** Whether the actor is staff of a structure. */
export const worksFor = (actor: Actor | null, structureId: string | null): boolean =>
  structureId !== null && (actor?.roles.some((r) => r.role === 'host' && r.structureId === structureId) ?? false);

/**
 * Before any object is loaded: could this actor do this to some object? Turns away visitors without an account and accounts
 * without the role; the operation then asks `may` about the object itself.
 */
export function couldEver(actor: Actor | null, action: Action): boolean {
  return PERMISSIONS[action].some((relation) => {
    if (relation === 'anyone') return true;
    if (actor === null) return false;
    if (relation === 'account' || relation === 'owner') return true;
    return actor.roles.some((r) => r.role === (relation === 'partner' ? 'host' : relation));
  });
}

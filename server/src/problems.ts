import type { Outcome } from '@mitoyen/domain';

export type Locale = 'fr' | 'en';

interface ProblemKind {
  readonly status: number;
  readonly title: Readonly<Record<Locale, string>>;
  readonly detail: Readonly<Record<Locale, string>>;
}

const kind = (status: number, fr: [string, string], en: [string, string]): ProblemKind => ({
  status,
  title: { fr: fr[0], en: en[0] },
  detail: { fr: fr[1], en: en[1] },
});

/**
 * Every refusal of the API, by its stable code (RFC 9457: `type` is `{publicUrl}/problems/{code}`). The texts are what a reader
 * is shown; programs compare `code`.
 */
export const PROBLEMS = {
  'request.invalid': kind(
    400,
    ['Demande incomplète ou incorrecte', 'Un ou plusieurs champs sont à corriger.'],
    ['Incomplete or incorrect request', 'One or more fields need correcting.'],
  ),
  'request.malformed': kind(
    400,
    ['Demande illisible', "Le contenu envoyé n'a pas pu être lu."],
    ['Unreadable request', 'What was sent could not be read.'],
  ),
  'request.too_large': kind(
    413,
    ['Envoi trop volumineux', 'Le contenu envoyé dépasse la taille admise.'],
    ['Too much data', 'What was sent is larger than allowed.'],
  ),
  'request.unsupported_media_type': kind(
    415,
    ['Format non pris en charge', 'Envoyez du JSON (application/json).'],
    ['Unsupported format', 'Send JSON (application/json).'],
  ),
  'request.foreign_origin': kind(
    403,
    ['Demande refusée', 'Cette demande ne vient pas des pages de ce site. Rechargez la page et recommencez.'],
    ['Request refused', 'This request does not come from the pages of this site. Reload the page and try again.'],
  ),
  'request.too_many': kind(
    429,
    ['Trop de demandes', 'Attendez un peu avant de recommencer.'],
    ['Too many requests', 'Wait a little before trying again.'],
  ),
  not_found: kind(
    404,
    ['Introuvable', "Ce que vous cherchez n'existe pas ou n'est plus là."],
    ['Not found', 'What you are looking for does not exist or is no longer there.'],
  ),
  'network.unknown': kind(
    404,
    ['Réseau inconnu', 'Aucun réseau de lieux ne répond à cette adresse.'],
    ['Unknown network', 'No network of places answers at this address.'],
  ),
  'auth.required': kind(
    401,
    ['Connexion nécessaire', 'Connectez-vous pour continuer.'],
    ['Sign-in needed', 'Sign in to continue.'],
  ),
  'auth.forbidden': kind(
    403,
    ['Accès réservé', "Votre compte n'a pas le droit de faire cela."],
    ['Not allowed', 'Your account is not allowed to do this.'],
  ),
  'auth.wrong_credentials': kind(
    401,
    ['Connexion impossible', "L'adresse ou le mot de passe ne convient pas."],
    ['Could not sign in', 'The address or the password is not right.'],
  ),
  'auth.throttled': kind(
    429,
    ['Trop de tentatives', 'Par sécurité, attendez quelques minutes avant de recommencer.'],
    ['Too many attempts', 'For safety, wait a few minutes before trying again.'],
  ),
  'auth.session_ended': kind(
    401,
    ['Session terminée', 'Connectez-vous de nouveau pour continuer.'],
    ['Session ended', 'Sign in again to continue.'],
  ),
  'auth.token_invalid': kind(
    400,
    ['Lien expiré', "Ce lien n'est plus valable ou a déjà servi. Demandez-en un nouveau."],
    ['Link expired', 'This link is no longer valid or has been used. Ask for a new one.'],
  ),
  'idempotency.key_reused': kind(
    422,
    ['Demande déjà envoyée', "La même clé d'idempotence a déjà servi à une demande différente."],
    ['Request already sent', 'The same idempotency key was used for a different request.'],
  ),
  'booking.conflict': kind(
    409,
    ['Ce créneau vient d’être pris', 'Une autre réservation occupe ce créneau. Voici les plus proches encore libres.'],
    ['That time has just been taken', 'Another booking holds this time. Here are the nearest free ones.'],
  ),
  'booking.space_in_other_use': kind(
    409,
    [
      'Espace réservé à un autre public',
      'Un autre public occupe cet espace à ce moment-là. Voici les créneaux les plus proches.',
    ],
    ['The space is in another use', 'Another public has this space at that time. Here are the nearest free times.'],
  ),
  'booking.site_in_other_use': kind(
    409,
    [
      'Lieu réservé à un autre public',
      'Un public avec lequel le vôtre ne partage jamais ce lieu y est à ce moment-là. Voici les créneaux les plus proches.',
    ],
    [
      'The place is in another use',
      'A public that never shares this place with yours is there at that time. Here are the nearest free times.',
    ],
  ),
  'booking.in_handover': kind(
    422,
    [
      'Temps de battement entre deux publics',
      'Entre deux publics, cet espace est rangé et aéré : personne n’y entre. Voici les créneaux les plus proches.',
    ],
    [
      'Time between two publics',
      'Between two publics this space is tidied and aired: nobody comes in. Here are the nearest free times.',
    ],
  ),
  'booking.too_few_seats': kind(
    409,
    ['Plus assez de places', 'Il ne reste pas assez de places sur ce créneau. Voici les créneaux les plus proches.'],
    ['Not enough seats left', 'There are not enough seats left at that time. Here are the nearest free times.'],
  ),
  'booking.building_full': kind(
    409,
    [
      'Le bâtiment est complet',
      'Le nombre de personnes que ce bâtiment peut accueillir est atteint sur ce créneau. Voici les créneaux les plus proches.',
    ],
    [
      'The building is full',
      'As many people as this building may hold have booked for that time. Here are the nearest free times.',
    ],
  ),
  'booking.outside_opening_window': kind(
    422,
    ['En dehors des heures d’ouverture', "Ce lieu n'est pas ouvert à votre public sur tout ce créneau."],
    ['Outside opening hours', 'This place is not open to your public for all of that time.'],
  ),
  'booking.closed': kind(
    422,
    ['Lieu fermé', 'Le lieu est exceptionnellement fermé à ce moment-là.'],
    ['Place closed', 'The place is exceptionally closed at that time.'],
  ),
  'booking.in_the_past': kind(
    422,
    ['Créneau passé', 'Choisissez un créneau qui n’a pas encore commencé.'],
    ['Time in the past', 'Choose a time that has not started yet.'],
  ),
  'booking.too_far_ahead': kind(
    422,
    ['Trop tôt pour réserver', 'Les réservations ouvrent 90 jours à l’avance.'],
    ['Too early to book', 'Bookings open 90 days ahead.'],
  ),
  'booking.too_short': kind(
    422,
    ['Créneau trop court', 'Une réservation dure au moins 30 minutes.'],
    ['Time too short', 'A booking lasts at least 30 minutes.'],
  ),
  'booking.too_long': kind(
    422,
    ['Créneau trop long', 'Une réservation tient dans une seule journée, 14 heures au plus.'],
    ['Time too long', 'A booking fits in one day, 14 hours at most.'],
  ),
  'booking.off_grid': kind(
    422,
    ['Horaire à arrondir', 'Les réservations commencent et finissent au quart d’heure.'],
    ['Time to round', 'Bookings start and end on the quarter of an hour.'],
  ),
  'booking.ends_before_it_starts': kind(
    422,
    ['Horaires inversés', 'La fin doit venir après le début.'],
    ['Times the wrong way round', 'The end must come after the start.'],
  ),
  'booking.too_many_held': kind(
    409,
    ['Trop de créneaux mis de côté', 'Confirmez ou libérez les créneaux déjà mis de côté avant d’en choisir un autre.'],
    ['Too many times put aside', 'Confirm or release the times already put aside before choosing another.'],
  ),
  'booking.audience_not_yours': kind(
    403,
    ['Public non admis', 'Votre compte ne permet pas de réserver pour ce public.'],
    ['Audience not allowed', 'Your account cannot book for this audience.'],
  ),
  'booking.audience_not_admitted': kind(
    422,
    [
      'Heures d’un autre public',
      'À ce moment-là, cet espace est ouvert à un autre public. Choisissez une de vos heures.',
    ],
    ['Hours of another public', 'At that time this space is open to another public. Choose one of your hours.'],
  ),
  'booking.hold_expired': kind(
    409,
    ['Délai dépassé', 'Le créneau n’était gardé que dix minutes. Choisissez-le de nouveau s’il est encore libre.'],
    ['Hold expired', 'The time was kept for ten minutes only. Choose it again if it is still free.'],
  ),
  'booking.not_in_state': kind(
    409,
    ['Action impossible', "L'état de cette réservation ne le permet plus."],
    ['Not possible any more', 'The state of this booking no longer allows it.'],
  ),
  'booking.already_started': kind(
    409,
    ['Réservation commencée', 'Une réservation commencée ne peut plus être déplacée ni annulée.'],
    ['Booking already started', 'A booking that has started can no longer be moved or cancelled.'],
  ),
  'booking.revision_changed': kind(
    409,
    ['Réservation modifiée entre-temps', 'Rechargez la page pour voir son état actuel.'],
    ['Booking changed meanwhile', 'Reload the page to see its present state.'],
  ),
  'door.not_yet': kind(
    409,
    ['Trop tôt', 'La porte s’ouvre par téléphone à partir de 15 minutes avant le début.'],
    ['Too early', 'The door opens by phone from 15 minutes before the start.'],
  ),
  'door.ended': kind(
    409,
    ['Réservation terminée', 'Cette réservation n’ouvre plus la porte.'],
    ['Booking over', 'This booking no longer opens the door.'],
  ),
  'door.audience_not_admitted': kind(
    409,
    [
      'Espace réservé à un autre public',
      'Un autre public occupe encore le lieu. La porte s’ouvrira à l’heure de votre réservation.',
    ],
    ['In another use', 'Another public still has the place. The door will open at the time of your booking.'],
  ),
  'booking.consent_missing': kind(
    422,
    ['Accord d’un responsable manquant', 'Un responsable doit d’abord donner son accord pour que cet enfant vienne.'],
    ['A guardian’s agreement is missing', 'A guardian must first agree that this child may come.'],
  ),
  'booking.age_out_of_range': kind(
    422,
    ['Pas de cet âge', 'Ces heures sont réservées à un autre âge.'],
    ['Not this age', 'These hours are for another age.'],
  ),
  'minor.too_many': kind(
    422,
    ['Trop d’enfants', 'Un compte répond de douze enfants au plus. Adressez-vous à la structure.'],
    ['Too many children', 'One account answers for twelve children at most. Ask the structure.'],
  ),
  'session.already_there': kind(
    409,
    ['Déjà compté', 'Cette personne est déjà comptée dans ce lieu.'],
    ['Counted already', 'This person is counted at this place already.'],
  ),
  'session.building_full': kind(
    409,
    ['Le bâtiment est complet', 'Le nombre de personnes que ce bâtiment peut accueillir est atteint.'],
    ['The building is full', 'As many people are there as this building may hold.'],
  ),
  'session.space_full': kind(
    409,
    ['L’espace est complet', 'Le nombre de personnes que cet espace peut accueillir est atteint.'],
    ['The space is full', 'As many people are there as this space may hold.'],
  ),
  'session.consent_missing': kind(
    422,
    ['Accord d’un responsable manquant', 'Notez d’abord l’accord d’un responsable pour cet enfant.'],
    ['A guardian’s agreement is missing', 'First note a guardian’s agreement for this child.'],
  ),
  'session.no_referent': kind(
    422,
    ['Aucun référent sur place', 'Un référent doit d’abord être arrivé, par badge ou sur cette page.'],
    ['No referent there', 'A referent must have come first, by badge or on this page.'],
  ),
  'session.ratio_reached': kind(
    409,
    ['Pas assez d’encadrants', 'Il faudrait un encadrant de plus pour un enfant de plus.'],
    ['Not enough supervisors', 'One more child would need one more supervisor.'],
  ),
  'door.no_referent': kind(
    422,
    ['Personne n’est encore là', 'La porte s’ouvrira dès qu’un référent sera arrivé.'],
    ['Nobody is there yet', 'The door opens as soon as a referent has come.'],
  ),
  'door.outside_opening_window': kind(
    409,
    [
      'Lieu fermé à cette heure',
      'Personne n’est attendu dans le lieu à ce moment-là. La porte s’ouvrira à l’heure de votre réservation.',
    ],
    [
      'Place closed at this hour',
      'Nobody is expected in the place at that time. The door will open at the time of your booking.',
    ],
  ),
  'door.site_offline': kind(
    503,
    [
      'Lieu injoignable',
      'Le boîtier du lieu ne répond pas pour le moment. Votre code et votre badge ouvrent quand même.',
    ],
    ['Place unreachable', 'The site’s box does not answer at the moment. Your code and your badge open all the same.'],
  ),
  'schedule.changed_meanwhile': kind(
    409,
    [
      'Horaires modifiés entre-temps',
      'Quelqu’un d’autre a modifié ces horaires. Rechargez la page avant de recommencer.',
    ],
    ['Hours changed meanwhile', 'Somebody else changed these hours. Reload the page before trying again.'],
  ),
  'schedule.hours_not_understood': kind(
    422,
    [
      'Horaires non compris',
      'Ce texte ne suit pas la syntaxe opening_hours d’OpenStreetMap, ou parle de jours fériés ou de vacances au milieu d’une règle.',
    ],
    [
      'Hours not understood',
      'This text does not follow the opening_hours syntax of OpenStreetMap, or speaks of holidays in the middle of a rule.',
    ],
  ),
  'schedule.invalid': kind(
    422,
    [
      'Horaires à corriger',
      'Ces horaires ne peuvent pas être tenus tels quels : chaque point à corriger est indiqué. Rien n’a été modifié.',
    ],
    [
      'Hours to correct',
      'These hours cannot be kept as they are: each point to correct is named. Nothing was changed.',
    ],
  ),
  'schedule.move_impossible': kind(
    409,
    [
      'Une réservation ne peut pas être déplacée ainsi',
      'Le créneau choisi pour une réservation n’est plus possible. Choisissez-en un autre; rien n’a été modifié.',
    ],
    [
      'A booking cannot be moved like this',
      'The time chosen for a booking is no longer possible. Choose another one; nothing was changed.',
    ],
  ),
  'badge.already_registered': kind(
    409,
    ['Badge déjà attribué', 'Ce badge appartient déjà à quelqu’un. Révoquez-le d’abord.'],
    ['Badge already in use', 'This badge already belongs to somebody. Revoke it first.'],
  ),
  'badge.unreadable': kind(
    422,
    ['Numéro de badge illisible', 'Un numéro de badge compte de 8 à 20 chiffres hexadécimaux (0-9, A-F).'],
    ['Unreadable badge number', 'A badge number has 8 to 20 hexadecimal digits (0-9, A-F).'],
  ),
  'audience.code_taken': kind(
    409,
    ['Code déjà pris', 'Un autre public de ce réseau porte ce code, peut-être parmi les archives.'],
    ['Code already taken', 'Another public of this network has this code, perhaps among the archived ones.'],
  ),
  'audience.letter_taken': kind(
    409,
    [
      'Lettre déjà prise',
      'Un autre public porte cette lettre : sans couleur, on les confondrait. Choisissez-en une autre.',
    ],
    [
      'Letter already taken',
      'Another public has this letter: without colour they would look alike. Choose another one.',
    ],
  ),
  'audience.hard_to_see': kind(
    422,
    [
      'Couleur trop peu visible',
      'Sur fond clair ou sur fond sombre, ce public se verrait mal. Choisissez une couleur moyenne, ni très claire ni très foncée.',
    ],
    [
      'Colour hard to see',
      'On the light or on the dark ground this public would hardly show. Choose a middle colour, neither very light nor very dark.',
    ],
  ),
  'audience.is_kept': kind(
    409,
    ['Public indispensable', 'L’équipe du lieu et le public des nouveaux comptes ne peuvent pas être archivés.'],
    ['Public that is needed', 'The host team and the public of new accounts cannot be archived.'],
  ),
  'compatibility.not_transitive': kind(
    422,
    ['Réglage impossible à tenir', 'Trois publics sont réglés d’une façon que personne ne peut tenir.'],
    ['A setting that cannot be kept', 'Three publics are set in a way that nobody can keep.'],
  ),
  'compatibility.staff_kept_apart': kind(
    422,
    [
      'L’équipe va partout',
      'L’équipe du lieu peut être avec tous les publics : elle ne peut être tenue à l’écart d’aucun.',
    ],
    ['The team goes everywhere', 'The host team may be with every public: it cannot be kept apart from any.'],
  ),
  'compatibility.space_loosens_site': kind(
    422,
    [
      'Un espace ne peut pas ouvrir plus que son lieu',
      'Deux publics qui ne sont jamais en même temps sur le lieu ne peuvent pas partager un de ses espaces.',
    ],
    [
      'A space cannot allow more than its site',
      'Two publics that are never on the site at once cannot share one of its spaces.',
    ],
  ),
  'compatibility.bookings_would_meet': kind(
    409,
    [
      'Des réservations se rencontreraient',
      'Des personnes ont déjà réservé pour des publics qui ne pourraient plus se rencontrer. Déplacez ou annulez ces réservations, puis recommencez.',
    ],
    [
      'Bookings would meet',
      'People have already booked for publics that could no longer meet. Move or cancel those bookings, then try again.',
    ],
  ),
  'compatibility.changed_meanwhile': kind(
    409,
    ['Réglage modifié entre-temps', 'Quelqu’un d’autre a changé ce réglage. Rechargez la page avant de recommencer.'],
    ['Setting changed meanwhile', 'Somebody else changed this setting. Reload the page before trying again.'],
  ),
  'setup.slug_taken': kind(
    409,
    ['Adresse déjà prise', 'Un autre lieu du réseau a déjà cette adresse de page. Choisissez-en une autre.'],
    ['Address already taken', 'Another place of the network has this page address. Choose another one.'],
  ),
  'setup.still_used': kind(
    409,
    ['Encore utilisé', 'D’autres choses en dépendent. Occupez-vous d’abord de ce qui est listé.'],
    ['Still in use', 'Other things depend on it. See to what is listed first.'],
  ),
  'setup.seats_booked': kind(
    409,
    ['Places déjà réservées', 'Plus de personnes ont déjà réservé que ce nombre de places.'],
    ['Seats already booked', 'More people have already booked than this number of seats.'],
  ),
  'setup.handover_too_long': kind(
    422,
    [
      'Battement trop long',
      'Entre deux publics, ce temps prendrait toute une plage des horaires. Raccourcissez-le ou changez d’abord les horaires.',
    ],
    [
      'Handover too long',
      'Between two publics this time would take the whole of a window. Make it shorter or change the hours first.',
    ],
  ),
  'demo.unavailable': kind(
    503,
    ['Porte virtuelle indisponible', 'Le simulateur ne répond pas. Relancez la démonstration.'],
    ['Virtual door unavailable', 'The simulator does not answer. Restart the demo.'],
  ),
  'series.rule_unreadable': kind(
    422,
    ['Répétition illisible', 'La règle de répétition n’a pas pu être lue.'],
    ['Unreadable repetition', 'The rule of repetition could not be read.'],
  ),
  'series.rule_without_end': kind(
    422,
    ['Répétition sans fin', 'Dites jusqu’à quelle date, ou combien de fois.'],
    ['Repetition without an end', 'Say until which date, or how many times.'],
  ),
  'series.rule_not_supported': kind(
    422,
    ['Répétition non proposée', 'Une réservation se répète par jours, par semaines ou par mois, à heure fixe.'],
    ['Repetition not offered', 'A booking repeats by days, weeks or months, at a fixed time.'],
  ),
  'series.no_dates': kind(
    422,
    ['Aucune date', 'Cette répétition ne donne aucune date.'],
    ['No dates', 'This repetition gives no date.'],
  ),
  'series.too_many_dates': kind(
    422,
    ['Trop de dates', 'Une réservation répétée compte au plus 800 dates. Choisissez une fin plus proche.'],
    ['Too many dates', 'A recurring booking has 800 dates at most. Choose an earlier end.'],
  ),
  'series.no_such_time': kind(
    422,
    ['Heure qui n’existe pas', 'Ce jour-là, les horloges avancent et sautent cette heure.'],
    ['A time that does not exist', 'On that day the clocks go forward and skip this time.'],
  ),
  'series.hours_not_known': kind(
    422,
    [
      'Horaires pas encore connus',
      'Le calendrier scolaire de cette période n’est pas publié : les horaires du lieu ne sont pas encore fixés.',
    ],
    [
      'Hours not known yet',
      'The school calendar of that time is not published: the hours of the place are not settled yet.',
    ],
  ),
  'series.outside_quota': kind(
    422,
    [
      'Trop de dates réservées d’avance',
      'Vous avez atteint le nombre de dates à venir qu’une même personne peut tenir en réservations répétées.',
    ],
    [
      'Too many dates booked ahead',
      'You have reached the number of dates to come that one person may hold in recurring bookings.',
    ],
  ),
  'series.conflicts': kind(
    409,
    [
      'Certaines dates ne sont pas possibles',
      'Pour chacune, choisissez de la laisser de côté ou de la déplacer. Rien n’a été réservé.',
    ],
    ['Some dates are not possible', 'For each, choose to leave it out or to move it. Nothing has been booked.'],
  ),
  'series.unknown_date': kind(
    422,
    ['Date inconnue', 'Cette date ne fait pas partie de la réservation répétée.'],
    ['Unknown date', 'This date is not part of the recurring booking.'],
  ),
  'series.nothing_to_change': kind(
    409,
    ['Plus rien à modifier', 'Il ne reste aucune date à venir dans ce que vous avez choisi.'],
    ['Nothing left to change', 'No date to come is left in what you chose.'],
  ),
  'series.changed_meanwhile': kind(
    409,
    ['Réservation modifiée entre-temps', 'Rechargez la page : ces dates ont changé depuis.'],
    ['Changed meanwhile', 'Reload the page: these dates have changed since.'],
  ),
  'waitlist.time_is_free': kind(
    409,
    ['Ce créneau est libre', 'Vous pouvez le réserver tout de suite.'],
    ['This time is free', 'You can book it right away.'],
  ),
  'waitlist.too_many': kind(
    409,
    ['Trop de demandes en attente', 'Retirez une de vos demandes pour en ajouter une autre.'],
    ['Too many waiting', 'Withdraw one of your requests to add another.'],
  ),
  'waitlist.too_late': kind(
    422,
    ['Trop tard pour attendre', 'Ce créneau commence trop tôt pour qu’une place vous soit encore proposée.'],
    ['Too late to wait', 'This time begins too soon for a place to be offered to you.'],
  ),
  'waitlist.not_waiting': kind(
    409,
    ['Demande déjà close', 'Vous n’attendez plus ce créneau.'],
    ['Already closed', 'You are no longer waiting for this time.'],
  ),
  'booking.not_shared': kind(
    422,
    [
      'Créneau non partagé',
      'Ces heures ne sont ni partagées avec votre structure, ni prévues par une convention avec elle. Choisissez un créneau de vos partages ou de vos conventions.',
    ],
    [
      'This time is not shared',
      'These hours are neither shared with your structure nor part of an agreement with it. Choose a time from your shares or agreements.',
    ],
  ),
  'booking.not_your_public': kind(
    422,
    [
      'Cette personne n’est pas de votre public',
      'Vous réservez pour les personnes rattachées à votre structure, ou pour un groupe à son nom. Rattachez d’abord cette personne à votre public.',
    ],
    [
      'This person is not of your public',
      'You book for people of your structure, or for a group in its name. First make this person part of your public.',
    ],
  ),
  'public.of_another': kind(
    409,
    [
      'Personne rattachée ailleurs',
      'Cette personne est déjà rattachée au public d’une autre structure. C’est à cette structure de la détacher d’abord.',
    ],
    [
      'Person of another structure',
      'This person already belongs to the public of another structure, which has to let them go first.',
    ],
  ),
  'sharing.window_unknown': kind(
    422,
    [
      'Plage introuvable',
      'Une des plages choisies n’est plus dans les horaires de ce lieu. Rechargez la page et choisissez à nouveau.',
    ],
    [
      'Hours not found',
      'One of the chosen hours is no longer in the plan of this place. Reload the page and choose again.',
    ],
  ),
  'sharing.window_has_rule': kind(
    409,
    [
      'Plage déjà réglée',
      'Une des plages choisies a déjà une règle de libération. Modifiez celle-là, ou retirez la plage de l’une des deux.',
    ],
    [
      'Hours that have a rule already',
      'One of the chosen hours already has a release rule. Change that one, or take the hours out of one of the two.',
    ],
  ),
  'sharing.released_to_itself': kind(
    422,
    ['Rien à libérer', 'Ces heures sont déjà celles de ce public. Choisissez un autre public, à qui les libérer.'],
    ['Nothing to release', 'These hours belong to this public already. Choose another one to release them to.'],
  ),
  'sharing.audience_unknown': kind(
    422,
    ['Public inconnu', 'Ce public n’existe pas ou n’est plus proposé dans votre réseau.'],
    ['Unknown public', 'This public does not exist or is no longer offered in your network.'],
  ),
  'sharing.tariff_unknown': kind(
    422,
    ['Tarif inconnu', 'Ce tarif n’est pas, ou n’est plus, un tarif de la structure de ce lieu.'],
    ['Unknown tariff', 'This tariff is not, or no longer, one of the structure of this place.'],
  ),
  'sharing.partner_unknown': kind(
    422,
    ['Structure inconnue', 'Choisissez une autre structure du réseau.'],
    ['Unknown structure', 'Choose another structure of the network.'],
  ),
  'sharing.never_on_one_site': kind(
    422,
    [
      'Deux publics jamais réunis',
      'À ces heures, un public serait sur le lieu avec un autre qui n’y est jamais en même temps que lui. Choisissez d’autres heures ou un autre public.',
    ],
    [
      'Publics that never share the place',
      'At these hours a public would be at the place with another one that is never there at the same time. Choose other hours or another public.',
    ],
  ),
  'agreement.hours_invalid': kind(
    422,
    [
      'Heures à corriger',
      'Les heures prévues ne tiennent pas ensemble : deux publics s’y croisent, une plage est vide, ou un espace n’est pas de la convention.',
    ],
    [
      'Hours to correct',
      'The planned hours do not hold together: two publics meet, a range is empty, or a space is not part of the agreement.',
    ],
  ),
  'agreement.dates_past': kind(
    422,
    ['Dates à corriger', 'Le premier jour ne peut pas être passé, et la fin doit venir après le premier jour.'],
    ['Dates to correct', 'The first day cannot be in the past, and the end has to come after the first day.'],
  ),
  'agreement.not_in_state': kind(
    409,
    [
      'Convention dans un autre état',
      'Cette convention a changé d’état entre-temps : elle a reçu une réponse, elle a été retirée, ou elle est finie. Rechargez la page.',
    ],
    [
      'The agreement is in another state',
      'This agreement has changed meanwhile: it was answered, taken back, or is over. Reload the page.',
    ],
  ),
  'agreement.changed_meanwhile': kind(
    409,
    ['Proposition modifiée', 'La proposition a été modifiée depuis que vous l’avez lue. Relisez-la avant de répondre.'],
    ['The proposal has changed', 'The proposal was changed since you read it. Read it again before you answer.'],
  ),
  'agreement.end_too_late': kind(
    422,
    ['Date de fin à corriger', 'Choisissez une date à partir de demain, et avant la fin déjà prévue.'],
    ['End date to correct', 'Choose a date from tomorrow on, and before the end that is already planned.'],
  ),
  'suggestion.unknown': kind(
    404,
    [
      'Suggestion introuvable',
      'Ces heures ne sont plus proposées : l’usage ou les horaires ont changé. Rechargez la page.',
    ],
    ['Suggestion not found', 'These hours are no longer proposed: use or hours have changed. Reload the page.'],
  ),
  'suggestion.dates': kind(
    422,
    ['Dates à corriger', 'Un essai commence au plus tôt aujourd’hui, finit après son début, et dure six mois au plus.'],
    ['Dates to correct', 'A trial begins today at the earliest, ends after it begins, and lasts six months at most.'],
  ),
  'suggestion.nothing_to_change': kind(
    422,
    [
      'Rien à essayer à ces dates',
      'Aux dates choisies, ces horaires ne s’appliquent jamais à cet espace. Choisissez d’autres dates.',
    ],
    ['Nothing to try on these dates', 'On the dates chosen these hours never apply to this space. Choose other dates.'],
  ),
  'service.unavailable': kind(
    503,
    ['Service momentanément indisponible', 'Réessayez dans un instant; rien n’a été perdu.'],
    ['Service unavailable for a moment', 'Try again shortly; nothing was lost.'],
  ),
  internal: kind(
    500,
    ['Erreur de notre côté', 'L’incident est noté. Réessayez dans un instant.'],
    ['Something failed on our side', 'The incident is recorded. Try again shortly.'],
  ),
} as const satisfies Record<string, ProblemKind>;

export type ProblemCode = keyof typeof PROBLEMS;

/** Members of the problem document beside the standard ones: `alternatives` of a conflict, `errors` of a form… */
export type ProblemExtras = Readonly<Record<string, unknown>>;

/** What an operation returns: its result, or a refusal that a route maps to problem+json. */
export type Result<T> = Outcome<T, ProblemCode, ProblemExtras | undefined>;

export const ok = <T>(value: T): Result<T> => ({ ok: true, value });
export const refuse = (reason: ProblemCode, detail?: ProblemExtras): Result<never> => ({ ok: false, reason, detail });

/** Leaves a transaction, rolling it back, with a refusal that the edge turns into its problem document. */
export class RefusalError extends Error {
  readonly code: ProblemCode;
  readonly extras: ProblemExtras | undefined;

  constructor(code: ProblemCode, extras?: ProblemExtras) {
    super(code);
    this.name = 'RefusalError';
    this.code = code;
    this.extras = extras;
  }
}

export interface ProblemDocument extends Record<string, unknown> {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: ProblemCode;
}

export function problemDocument(
  code: ProblemCode,
  locale: Locale,
  publicUrl: string,
  extras?: ProblemExtras,
): ProblemDocument {
  const { status, title, detail } = PROBLEMS[code];
  return {
    type: `${publicUrl}/problems/${code}`,
    title: title[locale],
    status,
    detail: detail[locale],
    code,
    ...extras,
  };
}

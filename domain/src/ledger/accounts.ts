import type { SaleVatKind } from '../pricing/vat.ts';
import type { PaymentMean } from '../till/types.ts';
import type { JournalCode } from './types.ts';

/** What an account is for. Structures may give another number to a role; nothing but this list knows numbers. */
export type AccountRole =
  | 'security_deposits'
  | 'customers'
  | 'advances'
  | 'vat_20'
  | 'vat_10'
  | 'vat_5_5'
  | 'vat_2_1'
  | 'vat_waiting'
  | 'partners'
  | 'deferred_revenue'
  | 'cheques'
  | 'vouchers'
  | 'cards'
  | 'bank'
  | 'provider'
  | 'treasury'
  | 'cash'
  | 'partner_use'
  | 'provider_fees'
  | 'bad_debts'
  | 'losses'
  | 'services'
  | 'rooms'
  | 'goods'
  | 'adhesions'
  | 'gains';

export interface LedgerAccount {
  readonly number: string;
  readonly label: string;
}

/**
 * The accounts that the product posts to (plan comptable général, règlement ANC 2014-03 and 2018-06 for associations).
 * Not checked line by line against the edition in force: docs/money.md.
 */
export const DEFAULT_ACCOUNTS: Readonly<Record<AccountRole, LedgerAccount>> = {
  security_deposits: { number: '165000', label: 'Dépôts et cautionnements reçus' },
  customers: { number: '411000', label: 'Clients' },
  advances: { number: '419100', label: 'Clients - Avances et acomptes reçus' },
  vat_20: { number: '445711', label: 'TVA collectée 20 %' },
  vat_10: { number: '445712', label: 'TVA collectée 10 %' },
  vat_5_5: { number: '445713', label: 'TVA collectée 5,5 %' },
  vat_2_1: { number: '445714', label: 'TVA collectée 2,1 %' },
  vat_waiting: { number: '445800', label: 'TVA en attente d’encaissement' },
  partners: { number: '467000', label: 'Autres structures du réseau' },
  deferred_revenue: { number: '487000', label: 'Produits constatés d’avance' },
  cheques: { number: '511200', label: 'Chèques à encaisser' },
  vouchers: { number: '511300', label: 'Chèques-vacances à encaisser' },
  cards: { number: '511500', label: 'Cartes bancaires à encaisser' },
  bank: { number: '512000', label: 'Banque' },
  provider: { number: '517000', label: 'Prestataire de paiement' },
  treasury: { number: '515000', label: 'Compte au Trésor' },
  cash: { number: '530000', label: 'Caisse' },
  partner_use: { number: '611000', label: 'Usage chez d’autres structures' },
  provider_fees: { number: '627800', label: 'Commissions du prestataire de paiement' },
  bad_debts: { number: '654000', label: 'Pertes sur créances irrécouvrables' },
  losses: { number: '658000', label: 'Charges diverses de gestion courante' },
  services: { number: '706000', label: 'Prestations de services' },
  rooms: { number: '708300', label: 'Locations diverses' },
  goods: { number: '707000', label: 'Ventes de marchandises' },
  adhesions: { number: '756000', label: 'Cotisations' },
  gains: { number: '758000', label: 'Produits divers de gestion courante' },
};

export type ChartOfAccounts = Readonly<Record<AccountRole, LedgerAccount>>;

/** Where money of a mean is until it is in the bank. */
export const MEAN_ACCOUNTS: Readonly<Record<PaymentMean, AccountRole>> = {
  cash: 'cash',
  cheque: 'cheques',
  transfer: 'bank',
  card_terminal: 'cards',
  card_online: 'provider',
  sepa_debit: 'provider',
  holiday_voucher: 'vouchers',
  payfip: 'treasury',
};

export const MEAN_JOURNALS: Readonly<Record<PaymentMean, JournalCode>> = {
  cash: 'CA',
  cheque: 'BQ',
  transfer: 'BQ',
  card_terminal: 'BQ',
  card_online: 'PR',
  sepa_debit: 'PR',
  holiday_voucher: 'BQ',
  payfip: 'BQ',
};

export const JOURNAL_LABELS: Readonly<Record<JournalCode, string>> = {
  VE: 'Ventes',
  BQ: 'Banque',
  CA: 'Caisse',
  PR: 'Prestataire de paiement',
  OD: 'Opérations diverses',
};

/** @throws RangeError for a treatment that carries no VAT: there is nothing to book. */
export function vatAccountOf(kind: SaleVatKind): AccountRole {
  switch (kind) {
    case 'standard_20':
      return 'vat_20';
    case 'reduced_10':
      return 'vat_10';
    case 'reduced_5_5':
      return 'vat_5_5';
    case 'super_reduced_2_1':
      return 'vat_2_1';
    default:
      throw new RangeError(`no VAT on ${kind}`);
  }
}

export type ChartProblem =
  | { readonly kind: 'not_a_number'; readonly role: AccountRole }
  | { readonly kind: 'twice'; readonly number: string };

/** What is wrong with a chart: numbers that do not begin with three digits (A47 A-1 LPF, column 5), one number for two roles. */
export function checkChart(chart: ChartOfAccounts): ChartProblem[] {
  const problems: ChartProblem[] = [];
  const seen = new Set<string>();
  for (const [role, { number }] of Object.entries(chart) as [AccountRole, LedgerAccount][]) {
    if (!/^\d{3}[0-9A-Z]{0,17}$/.test(number)) problems.push({ kind: 'not_a_number', role });
    if (seen.has(number)) problems.push({ kind: 'twice', number });
    seen.add(number);
  }
  return problems;
}

import { CII_NAMESPACES } from './cii.ts';
import { type ReadElement, readXml, XmlFault } from './xml.ts';

/** What a document breaks: the rule's published id and sense. `XML`: it cannot be read at all. */
export interface RuleBreach {
  readonly ruleId: string;
  readonly text: string;
}

/**
 * Checks a Cross Industry Invoice against the business rules of EN 16931-1 (as published by CEN/TC 434 with its
 * Schematron artefacts, read on 2026-11-24): integrity (BR-01 to -66), conditions (BR-CO), decimals (BR-DEC), code lists
 * (BR-CL) and the VAT categories S, Z, E and O. The other categories (reverse charge, intra-community, export, Canaries)
 * are refused as `category_not_supported`: nothing here makes such documents. Amounts are compared to the cent, where the
 * artefacts allow one unit of tolerance (BR-CO-17, BR-S-08, BR-S-09). Breaches come in the order of the rules.
 */
export function checkEn16931(source: string): RuleBreach[] {
  let root: ReadElement;
  try {
    root = readXml(source, CII_NAMESPACES);
  } catch (fault) {
    if (fault instanceof XmlFault) return [{ ruleId: 'XML', text: `${fault.message} (at ${fault.at})` }];
    throw fault;
  }
  if (root.name !== 'rsm:CrossIndustryInvoice') return [{ ruleId: 'XML', text: `${root.name} is not an invoice` }];
  const facts = factsOf(root);
  return RULES.filter(({ holds }) => !holds(facts)).map(({ ruleId, text }) => ({ ruleId, text }));
}

/** Ids of the rules that `checkEn16931` knows, in their order. */
export function en16931RuleIds(): string[] {
  return RULES.map(({ ruleId }) => ruleId);
}

// --- reading -----------------------------------------------------------------------------------------------------------

/** A decimal as it is written: its value in 10^-10, exactly, and how many decimals it has. Null: no decimal. */
interface Decimal {
  readonly value: bigint;
  readonly decimals: number;
}

const SCALE = 10;

function decimal(text: string | null): Decimal | null {
  const parts = text === null ? null : /^\s*(-?)(\d{1,18})(?:\.(\d{1,10}))?\s*$/.exec(text);
  if (parts === null) return null;
  const [, sign, whole, fraction = ''] = parts as unknown as [string, string, string, string?];
  const value = BigInt(whole + fraction.padEnd(SCALE, '0'));
  return { value: sign === '-' ? -value : value, decimals: fraction.length };
}

const CENT = 10n ** BigInt(SCALE - 2);

/** To cents, halves away from zero (`round` of amounts). */
function toCents(value: bigint): bigint {
  const magnitude = value < 0n ? -value : value;
  const cents = (2n * magnitude + CENT) / (2n * CENT);
  return (value < 0n ? -cents : cents) * CENT;
}

/** Elements along a path, from any number of parents. */
function all(of: ReadElement | readonly ReadElement[] | null, path: string): ReadElement[] {
  let found: readonly ReadElement[] = of === null ? [] : 'name' in of ? [of] : of;
  for (const name of path.split('/'))
    found = found.flatMap(({ children }) => children.filter((child) => child.name === name));
  return [...found];
}

function one(of: ReadElement | readonly ReadElement[] | null, path: string): ReadElement | null {
  return all(of, path)[0] ?? null;
}

/** Text that is there and not blank, or null. */
function text(of: ReadElement | null, path?: string): string | null {
  const element = of === null || path === undefined ? of : one(of, path);
  const value = element?.text.trim() ?? '';
  return value === '' ? null : value;
}

interface Taxed {
  readonly element: ReadElement;
  readonly amount: Decimal | null;
  readonly category: string | null;
  readonly rate: Decimal | null;
}

interface Facts {
  readonly root: ReadElement;
  readonly document: ReadElement | null;
  readonly seller: ReadElement | null;
  readonly buyer: ReadElement | null;
  readonly representative: ReadElement | null;
  readonly agreement: ReadElement | null;
  readonly delivery: ReadElement | null;
  readonly settlement: ReadElement | null;
  readonly totals: ReadElement | null;
  readonly currency: string | null;
  readonly lines: readonly Taxed[];
  readonly allowances: readonly Taxed[];
  readonly charges: readonly Taxed[];
  readonly breakdowns: readonly Taxed[];
  readonly total: (name: string) => Decimal | null;
}

const TRANSACTION = 'rsm:SupplyChainTradeTransaction';

function factsOf(root: ReadElement): Facts {
  const transaction = one(root, TRANSACTION);
  const agreement = one(transaction, 'ram:ApplicableHeaderTradeAgreement');
  const settlement = one(transaction, 'ram:ApplicableHeaderTradeSettlement');
  const totals = one(settlement, 'ram:SpecifiedTradeSettlementHeaderMonetarySummation');
  const taxed = (element: ReadElement, amount: string, tax: ReadElement | null): Taxed => ({
    element,
    amount: decimal(text(element, amount)),
    category: text(tax, 'ram:CategoryCode'),
    rate: decimal(text(tax, 'ram:RateApplicablePercent')),
  });
  const changes = all(settlement, 'ram:SpecifiedTradeAllowanceCharge').map((element) => ({
    indicator: text(element, 'ram:ChargeIndicator/udt:Indicator'),
    ...taxed(element, 'ram:ActualAmount', one(element, 'ram:CategoryTradeTax')),
  }));
  return {
    root,
    document: one(root, 'rsm:ExchangedDocument'),
    seller: one(agreement, 'ram:SellerTradeParty'),
    buyer: one(agreement, 'ram:BuyerTradeParty'),
    representative: one(agreement, 'ram:SellerTaxRepresentativeTradeParty'),
    agreement,
    delivery: one(transaction, 'ram:ApplicableHeaderTradeDelivery'),
    settlement,
    totals,
    currency: text(settlement, 'ram:InvoiceCurrencyCode'),
    lines: all(transaction, 'ram:IncludedSupplyChainTradeLineItem').map((element) =>
      taxed(
        element,
        'ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeSettlementLineMonetarySummation/ram:LineTotalAmount',
        one(element, 'ram:SpecifiedLineTradeSettlement/ram:ApplicableTradeTax'),
      ),
    ),
    allowances: changes.filter(({ indicator }) => indicator === 'false'),
    charges: changes.filter(({ indicator }) => indicator === 'true'),
    breakdowns: all(settlement, 'ram:ApplicableTradeTax').map((element) => taxed(element, 'ram:BasisAmount', element)),
    total: (name) => decimal(text(totals, `ram:${name}`)),
  };
}

function sum(amounts: readonly (Decimal | null)[]): bigint {
  return amounts.reduce((total, amount) => total + (amount?.value ?? 0n), 0n);
}

function amounts(of: readonly Taxed[]): (Decimal | null)[] {
  return of.map(({ amount }) => amount);
}

/** A number of the seller, or the VAT number of who represents it for the tax. */
function hasTaxNumber({ seller, representative }: Facts, schemes: readonly string[]): boolean {
  const has = (party: ReadElement | null, of: readonly string[]) =>
    all(party, 'ram:SpecifiedTaxRegistration/ram:ID').some(
      (id) => of.includes(id.attributes.get('schemeID') ?? '') && text(id) !== null,
    );
  return has(seller, schemes) || has(representative, ['VA']);
}

function hasBuyerVatId(facts: Facts): boolean {
  return all(facts.buyer, 'ram:SpecifiedTaxRegistration/ram:ID').some((id) => id.attributes.get('schemeID') === 'VA');
}

// --- rules -------------------------------------------------------------------------------------------------------------

interface Rule {
  readonly ruleId: string;
  readonly text: string;
  readonly holds: (facts: Facts) => boolean;
}

const rule = (ruleId: string, sense: string, holds: Rule['holds']): Rule => ({ ruleId, text: sense, holds });

const there = (ruleId: string, what: string, find: (facts: Facts) => string | null): Rule =>
  rule(ruleId, `${what} shall be there`, (facts) => find(facts) !== null);

const eachLine = (ruleId: string, what: string, holds: (line: ReadElement, taxed: Taxed) => boolean): Rule =>
  rule(ruleId, `each line: ${what}`, ({ lines }) => lines.every((line) => holds(line.element, line)));

const twoDecimals = (ruleId: string, what: string, find: (facts: Facts) => readonly (Decimal | null)[]): Rule =>
  rule(ruleId, `${what} has two decimals at most`, (facts) => find(facts).every((each) => (each?.decimals ?? 0) <= 2));

const DATE = 'udt:DateTimeString';

function periodIsOrdered(period: ReadElement): boolean {
  const from = text(period, `ram:StartDateTime/${DATE}`);
  const until = text(period, `ram:EndDateTime/${DATE}`);
  return from === null || until === null || from <= until;
}

const isBoundedPeriod = (period: ReadElement) =>
  text(period, `ram:StartDateTime/${DATE}`) !== null || text(period, `ram:EndDateTime/${DATE}`) !== null;
const headerPeriods = ({ settlement }: Facts) => all(settlement, 'ram:BillingSpecifiedPeriod');
const linePeriods = ({ lines }: Facts) =>
  all(
    lines.map(({ element }) => element),
    'ram:SpecifiedLineTradeSettlement/ram:BillingSpecifiedPeriod',
  );

/** Net amounts of one category, and of one rate where it is given: lines plus charges minus allowances. */
function netOf(facts: Facts, category: string, rate: bigint | null): bigint {
  const of = (list: readonly Taxed[]) =>
    sum(amounts(list.filter((each) => each.category === category && (rate === null || each.rate?.value === rate))));
  return of(facts.lines) + of(facts.charges) - of(facts.allowances);
}

const ofCategory = (facts: Facts, category: string) => facts.breakdowns.filter((each) => each.category === category);
const isUsed = (facts: Facts, category: string) =>
  [...facts.lines, ...facts.allowances, ...facts.charges].some((each) => each.category === category);
const taxOf = (breakdown: Taxed) => decimal(text(breakdown.element, 'ram:CalculatedAmount'));
const hasReason = ({ element }: Taxed) =>
  text(element, 'ram:ExemptionReason') !== null || text(element, 'ram:ExemptionReasonCode') !== null;
const roundedTax = (breakdown: Taxed) =>
  toCents(((breakdown.amount?.value ?? 0n) * (breakdown.rate?.value ?? 0n)) / (100n * 10n ** BigInt(SCALE)));

const PLACES = [
  ['line', 'lines'],
  ['allowance', 'allowances'],
  ['charge', 'charges'],
] as const;

/** Three rules in a row, of the lines, allowances and charges of a category: `BR-S-02` to `-04`, and so on. */
function inEachPlace(
  category: string,
  firstNumber: number,
  sense: (place: string) => string,
  holds: (of: readonly Taxed[], facts: Facts) => boolean,
): Rule[] {
  return PLACES.map(([place, list], index) =>
    rule(`BR-${category}-${String(firstNumber + index).padStart(2, '0')}`, sense(place), (facts) =>
      holds(
        facts[list].filter((each) => each.category === category),
        facts,
      ),
    ),
  );
}

const hasNumberOfSeller = (of: readonly Taxed[], facts: Facts) => of.length === 0 || hasTaxNumber(facts, ['VA', 'FC']);

/** What Z, E and O share: one breakdown, of all their amounts, without tax. */
function untaxed(category: 'Z' | 'E' | 'O', name: string): Record<'breakdown' | 'taxable' | 'tax', Rule> {
  return {
    breakdown: rule(`BR-${category}-01`, `${name}: exactly one breakdown where it is used`, (facts) =>
      isUsed(facts, category) ? ofCategory(facts, category).length === 1 : true,
    ),
    taxable: rule(
      `BR-${category}-08`,
      `${name}: BT-116 is the sum of its lines and charges minus allowances`,
      (facts) => ofCategory(facts, category).every(({ amount }) => amount?.value === netOf(facts, category, null)),
    ),
    tax: rule(`BR-${category}-09`, `${name}: the tax is 0`, (facts) =>
      ofCategory(facts, category).every((each) => taxOf(each)?.value === 0n),
    ),
  };
}

function zeroRated(category: 'Z' | 'E', name: string): Rule[] {
  const { breakdown, taxable, tax } = untaxed(category, name);
  return [
    breakdown,
    ...inEachPlace(category, 2, (place) => `${name} on a ${place}: a tax number of the seller`, hasNumberOfSeller),
    ...inEachPlace(
      category,
      5,
      (place) => `${name} on a ${place}: the rate is 0`,
      (of) => of.every(({ rate }) => rate?.value === 0n),
    ),
    taxable,
    tax,
  ];
}

const STANDARD: readonly Rule[] = [
  rule('BR-S-01', 'standard rated: a breakdown where it is used', (facts) =>
    isUsed(facts, 'S') ? ofCategory(facts, 'S').length > 0 : true,
  ),
  ...inEachPlace('S', 2, (place) => `standard rated on a ${place}: a tax number of the seller`, hasNumberOfSeller),
  ...inEachPlace(
    'S',
    5,
    (place) => `standard rated on a ${place}: the rate is above 0`,
    (of) => of.every(({ rate }) => rate !== null && rate.value > 0n),
  ),
  rule('BR-S-08', 'standard rated: BT-116 of each rate is the sum of its lines and charges minus allowances', (facts) =>
    ofCategory(facts, 'S').every(
      ({ amount, rate }) => rate !== null && amount?.value === netOf(facts, 'S', rate.value),
    ),
  ),
  rule('BR-S-09', 'standard rated: the tax is the taxable amount times the rate', (facts) =>
    ofCategory(facts, 'S').every((each) => taxOf(each)?.value === roundedTax(each)),
  ),
  rule('BR-S-10', 'standard rated: no reason of exemption', (facts) => !ofCategory(facts, 'S').some(hasReason)),
];

const ofOutside = untaxed('O', 'not subject to VAT');

const OUTSIDE: readonly Rule[] = [
  ofOutside.breakdown,
  ...inEachPlace(
    'O',
    2,
    (place) => `not subject to VAT on a ${place}: no VAT number of the seller or the buyer`,
    (of, facts) => of.length === 0 || !(hasTaxNumber(facts, ['VA']) || hasBuyerVatId(facts)),
  ),
  ...inEachPlace(
    'O',
    5,
    (place) => `not subject to VAT on a ${place}: no rate`,
    (of) => of.every(({ rate }) => rate === null),
  ),
  ofOutside.taxable,
  ofOutside.tax,
  rule('BR-O-10', 'not subject to VAT: a reason', (facts) => ofCategory(facts, 'O').every(hasReason)),
  rule(
    'BR-O-11',
    'not subject to VAT: no other breakdown',
    (facts) => ofCategory(facts, 'O').length === 0 || facts.breakdowns.length === 1,
  ),
  ...PLACES.map(([place, list], index) =>
    rule(
      `BR-O-${12 + index}`,
      `not subject to VAT: no ${place} of another category`,
      (facts) => ofCategory(facts, 'O').length === 0 || facts[list].every(({ category }) => category === 'O'),
    ),
  ),
];

/** ISO 4217, as far as our networks reach; UN/ECE Rec 20; UNTDID 1001, 4461. */
const CURRENCIES = ['EUR', 'CHF', 'GBP', 'USD', 'XPF'];
const UNITS = ['HUR', 'DAY', 'WEE', 'MON', 'ANN', 'MIN', 'C62', 'H87', 'LS'];
const DOCUMENT_TYPES = ['380', '381', '384', '386', '389', '261', '326', '751'];
const PAYMENT_MEANS = ['1', '10', '20', '30', '42', '48', '49', '54', '55', '57', '58', '59', '68', '97', 'ZZZ'];
const isCountry = (code: string | null) => code === null || /^[A-Z]{2}$/.test(code);

const totalRule = (ruleId: string, name: string): Rule =>
  rule(ruleId, `${name} shall be there`, (facts) => facts.total(name) !== null);
const partyCountry = (party: ReadElement | null) => text(party, 'ram:PostalTradeAddress/ram:CountryID');
const payable = (facts: Facts) => facts.total('DuePayableAmount')?.value ?? 0n;
const paymentMeans = ({ settlement }: Facts) => all(settlement, 'ram:SpecifiedTradeSettlementPaymentMeans');
const hasAccount = (means: ReadElement) =>
  text(means, 'ram:PayeePartyCreditorFinancialAccount/ram:IBANID') !== null ||
  text(means, 'ram:PayeePartyCreditorFinancialAccount/ram:ProprietaryID') !== null;
const hasAddressScheme = (party: ReadElement | null) =>
  all(party, 'ram:URIUniversalCommunication').every(
    (address) => (one(address, 'ram:URIID')?.attributes.get('schemeID') ?? '') !== '',
  );
const isReasoned = (of: ReadElement) => text(of, 'ram:Reason') !== null || text(of, 'ram:ReasonCode') !== null;
const reasoned = ({ element }: Taxed) => isReasoned(element);
const equalsSum = (total: Decimal | null, of: readonly Taxed[]) =>
  of.length === 0 ? (total?.value ?? 0n) === 0n : total?.value === sum(amounts(of));

/** Allowances (`false`) or charges (`true`) of lines. */
const lineChanges = ({ lines }: Facts, indicator: 'true' | 'false') =>
  all(
    lines.map(({ element }) => element),
    'ram:SpecifiedLineTradeSettlement/ram:SpecifiedTradeAllowanceCharge',
  ).filter((each) => text(each, 'ram:ChargeIndicator/udt:Indicator') === indicator);
const lineAllowances = (facts: Facts) => lineChanges(facts, 'false');
const lineCharges = (facts: Facts) => lineChanges(facts, 'true');
const elementsOf = (of: readonly Taxed[]) => of.map(({ element }) => element);
const products = ({ lines }: Facts) => all(elementsOf(lines), 'ram:SpecifiedTradeProduct');
const representatives = ({ representative }: Facts) => (representative === null ? [] : [representative]);
const hasText = (path: string) => (of: ReadElement) => text(of, path) !== null;
const decimalsAt = (find: (facts: Facts) => readonly ReadElement[], path: string) => (facts: Facts) =>
  find(facts).map((each) => decimal(text(each, path)));

/** A rule on each of some elements. */
const onEach = (
  ruleId: string,
  sense: string,
  find: (facts: Facts) => readonly ReadElement[],
  holds: (of: ReadElement) => boolean,
): Rule => rule(ruleId, sense, (facts) => find(facts).every(holds));

/** BT-111: the total of VAT in the accounting currency, where that is another than the invoice's. */
function accountingTotal({ settlement, totals, currency }: Facts): ReadElement | undefined {
  const accounting = text(settlement, 'ram:TaxCurrencyCode');
  if (accounting === null || accounting === currency) return undefined;
  return all(totals, 'ram:TaxTotalAmount').find((each) => each.attributes.get('currencyID') === accounting);
}

const RULES: readonly Rule[] = [
  there('BR-01', 'the specification identifier (BT-24)', ({ root }) =>
    text(root, 'rsm:ExchangedDocumentContext/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID'),
  ),
  there('BR-02', 'the number (BT-1)', ({ document }) => text(document, 'ram:ID')),
  there('BR-03', 'the date of issue (BT-2)', ({ document }) => text(document, `ram:IssueDateTime/${DATE}`)),
  there('BR-04', 'the type (BT-3)', ({ document }) => text(document, 'ram:TypeCode')),
  there('BR-05', 'the currency (BT-5)', ({ currency }) => currency),
  there('BR-06', 'the name of the seller (BT-27)', ({ seller }) => text(seller, 'ram:Name')),
  there('BR-07', 'the name of the buyer (BT-44)', ({ buyer }) => text(buyer, 'ram:Name')),
  rule(
    'BR-08',
    'the address of the seller (BG-5) shall be there',
    ({ seller }) => one(seller, 'ram:PostalTradeAddress') !== null,
  ),
  there('BR-09', 'the country of the seller (BT-40)', ({ seller }) => partyCountry(seller)),
  rule(
    'BR-10',
    'the address of the buyer (BG-8) shall be there',
    ({ buyer }) => one(buyer, 'ram:PostalTradeAddress') !== null,
  ),
  there('BR-11', 'the country of the buyer (BT-55)', ({ buyer }) => partyCountry(buyer)),
  totalRule('BR-12', 'LineTotalAmount'),
  totalRule('BR-13', 'TaxBasisTotalAmount'),
  totalRule('BR-14', 'GrandTotalAmount'),
  totalRule('BR-15', 'DuePayableAmount'),
  rule('BR-16', 'at least one line (BG-25)', ({ lines }) => lines.length > 0),
  onEach(
    'BR-17',
    'a payee has a name (BT-59)',
    ({ settlement }) => all(settlement, 'ram:PayeeTradeParty'),
    hasText('ram:Name'),
  ),
  onEach('BR-18', 'a tax representative has a name (BT-62)', representatives, hasText('ram:Name')),
  onEach(
    'BR-19',
    'a tax representative has an address (BG-12)',
    representatives,
    (of) => one(of, 'ram:PostalTradeAddress') !== null,
  ),
  onEach('BR-20', 'a tax representative has a country (BT-69)', representatives, (of) => partyCountry(of) !== null),
  eachLine(
    'BR-21',
    'an identifier (BT-126)',
    (line) => text(line, 'ram:AssociatedDocumentLineDocument/ram:LineID') !== null,
  ),
  eachLine(
    'BR-22',
    'a quantity (BT-129)',
    (line) => decimal(text(line, 'ram:SpecifiedLineTradeDelivery/ram:BilledQuantity')) !== null,
  ),
  eachLine('BR-23', 'a unit (BT-130)', (line) => unitOf(line) !== ''),
  eachLine('BR-24', 'a net amount (BT-131)', (_, { amount }) => amount !== null),
  eachLine(
    'BR-25',
    'the name of the item (BT-153)',
    (line) => text(line, 'ram:SpecifiedTradeProduct/ram:Name') !== null,
  ),
  eachLine('BR-26', 'a net price (BT-146)', (line) => priceOf(line) !== null),
  eachLine('BR-27', 'a net price that is not negative (BT-146)', (line) => (priceOf(line)?.value ?? 0n) >= 0n),
  eachLine('BR-28', 'a gross price that is not negative (BT-148)', (line) => (grossPriceOf(line)?.value ?? 0n) >= 0n),
  rule('BR-29', 'the invoicing period ends no earlier than it starts', (facts) =>
    headerPeriods(facts).every(periodIsOrdered),
  ),
  rule('BR-30', 'the period of a line ends no earlier than it starts', (facts) =>
    linePeriods(facts).every(periodIsOrdered),
  ),
  rule('BR-31', 'each allowance has an amount (BT-92)', ({ allowances }) =>
    allowances.every(({ amount }) => amount !== null),
  ),
  rule('BR-32', 'each allowance has a VAT category (BT-95)', ({ allowances }) =>
    allowances.every(({ category }) => category !== null),
  ),
  rule('BR-33', 'each allowance has a reason (BT-97, BT-98)', ({ allowances }) => allowances.every(reasoned)),
  rule('BR-36', 'each charge has an amount (BT-99)', ({ charges }) => charges.every(({ amount }) => amount !== null)),
  rule('BR-37', 'each charge has a VAT category (BT-102)', ({ charges }) =>
    charges.every(({ category }) => category !== null),
  ),
  rule('BR-38', 'each charge has a reason (BT-104, BT-105)', ({ charges }) => charges.every(reasoned)),
  onEach('BR-41', 'each allowance of a line has an amount (BT-136)', lineAllowances, hasText('ram:ActualAmount')),
  onEach('BR-42', 'each allowance of a line has a reason (BT-139, BT-140)', lineAllowances, isReasoned),
  onEach('BR-43', 'each charge of a line has an amount (BT-141)', lineCharges, hasText('ram:ActualAmount')),
  onEach('BR-44', 'each charge of a line has a reason (BT-144, BT-145)', lineCharges, isReasoned),
  rule('BR-45', 'each VAT breakdown has a taxable amount (BT-116)', ({ breakdowns }) =>
    breakdowns.every(({ amount }) => amount !== null),
  ),
  rule('BR-46', 'each VAT breakdown has a tax amount (BT-117)', ({ breakdowns }) =>
    breakdowns.every((each) => taxOf(each) !== null),
  ),
  rule('BR-47', 'each VAT breakdown has a category (BT-118)', ({ breakdowns }) =>
    breakdowns.every(({ category }) => category !== null),
  ),
  rule('BR-48', 'each VAT breakdown has a rate (BT-119), unless it is not subject to VAT', ({ breakdowns }) =>
    breakdowns.every(({ category, rate }) => category === 'O' || rate !== null),
  ),
  rule('BR-49', 'a payment instruction has a means (BT-81)', (facts) =>
    paymentMeans(facts).every((means) => text(means, 'ram:TypeCode') !== null),
  ),
  rule('BR-50', 'an account that is named has an identifier (BT-84)', (facts) =>
    paymentMeans(facts).every(
      (means) => one(means, 'ram:PayeePartyCreditorFinancialAccount') === null || hasAccount(means),
    ),
  ),
  onEach(
    'BR-51',
    'no more of a card number than ten digits (BT-87)',
    (facts) => all(paymentMeans(facts), 'ram:ApplicableTradeSettlementFinancialCard'),
    (card) => (text(card, 'ram:ID') ?? '').length <= 10,
  ),
  onEach(
    'BR-52',
    'each supporting document has a reference (BT-122)',
    ({ agreement }) => all(agreement, 'ram:AdditionalReferencedDocument'),
    hasText('ram:IssuerAssignedID'),
  ),
  rule(
    'BR-53',
    'a VAT accounting currency (BT-6) has its total of VAT (BT-111)',
    (facts) => text(facts.settlement, 'ram:TaxCurrencyCode') === null || accountingTotal(facts) !== undefined,
  ),
  onEach(
    'BR-54',
    'each attribute of an item has a name and a value (BT-160, BT-161)',
    (facts) => all(products(facts), 'ram:ApplicableProductCharacteristic'),
    (each) => text(each, 'ram:Description') !== null && text(each, 'ram:Value') !== null,
  ),
  rule('BR-55', 'each preceding invoice has a number (BT-25)', ({ settlement }) =>
    all(settlement, 'ram:InvoiceReferencedDocument').every((each) => text(each, 'ram:IssuerAssignedID') !== null),
  ),
  onEach('BR-56', 'a tax representative has a VAT number (BT-63)', representatives, (of) =>
    all(of, 'ram:SpecifiedTaxRegistration/ram:ID').some(
      (id) => id.attributes.get('schemeID') === 'VA' && text(id) !== null,
    ),
  ),
  rule('BR-57', 'an address of delivery has a country (BT-80)', ({ delivery }) =>
    all(delivery, 'ram:ShipToTradeParty/ram:PostalTradeAddress').every(
      (address) => text(address, 'ram:CountryID') !== null,
    ),
  ),
  rule('BR-61', 'a credit transfer has an account (BT-84)', (facts) =>
    paymentMeans(facts).every(
      (means) => !['30', '58'].includes(text(means, 'ram:TypeCode') ?? '') || hasAccount(means),
    ),
  ),
  rule('BR-62', 'the electronic address of the seller has a scheme (BT-34)', ({ seller }) => hasAddressScheme(seller)),
  rule('BR-63', 'the electronic address of the buyer has a scheme (BT-49)', ({ buyer }) => hasAddressScheme(buyer)),
  onEach(
    'BR-64',
    'the standard identifier of an item has a scheme (BT-157)',
    (facts) => all(products(facts), 'ram:GlobalID'),
    (id) => (id.attributes.get('schemeID') ?? '') !== '',
  ),
  onEach(
    'BR-65',
    'the classification of an item has a scheme (BT-158)',
    (facts) => all(products(facts), 'ram:DesignatedProductClassification/ram:ClassCode'),
    (code) => (code.attributes.get('listID') ?? '') !== '',
  ),
  rule('BR-66', 'each allowance or charge says which it is', ({ settlement }) =>
    all(settlement, 'ram:SpecifiedTradeAllowanceCharge').every((each) =>
      ['true', 'false'].includes(text(each, 'ram:ChargeIndicator/udt:Indicator') ?? ''),
    ),
  ),

  rule(
    'BR-CO-03',
    'a date or a code says when VAT is due (BT-7, BT-8), not both',
    ({ breakdowns }) =>
      !(
        breakdowns.some(({ element }) => one(element, 'ram:TaxPointDate')) &&
        breakdowns.some(({ element }) => one(element, 'ram:DueDateTypeCode'))
      ),
  ),
  eachLine('BR-CO-04', 'a VAT category (BT-151)', (_, { category }) => category !== null),
  rule('BR-CO-09', 'VAT numbers begin with a country (BT-31, BT-48)', ({ seller, buyer }) =>
    [seller, buyer]
      .flatMap((party) => all(party, 'ram:SpecifiedTaxRegistration/ram:ID'))
      .every((id) => id.attributes.get('schemeID') !== 'VA' || /^[A-Z]{2}/.test(text(id) ?? '')),
  ),
  rule(
    'BR-CO-10',
    'BT-106 is the sum of the net amounts of the lines',
    (facts) => facts.total('LineTotalAmount')?.value === sum(amounts(facts.lines)),
  ),
  rule('BR-CO-11', 'BT-107 is the sum of the allowances', (facts) =>
    equalsSum(facts.total('AllowanceTotalAmount'), facts.allowances),
  ),
  rule('BR-CO-12', 'BT-108 is the sum of the charges', (facts) =>
    equalsSum(facts.total('ChargeTotalAmount'), facts.charges),
  ),
  rule(
    'BR-CO-13',
    'BT-109 is BT-106 minus BT-107 plus BT-108',
    (facts) =>
      facts.total('TaxBasisTotalAmount')?.value ===
      (facts.total('LineTotalAmount')?.value ?? 0n) -
        (facts.total('AllowanceTotalAmount')?.value ?? 0n) +
        (facts.total('ChargeTotalAmount')?.value ?? 0n),
  ),
  rule(
    'BR-CO-14',
    'BT-110 is the sum of the tax amounts',
    (facts) => (taxTotal(facts)?.value ?? 0n) === sum(facts.breakdowns.map(taxOf)),
  ),
  rule(
    'BR-CO-15',
    'BT-112 is BT-109 plus BT-110',
    (facts) =>
      facts.total('GrandTotalAmount')?.value ===
      (facts.total('TaxBasisTotalAmount')?.value ?? 0n) + (taxTotal(facts)?.value ?? 0n),
  ),
  rule(
    'BR-CO-16',
    'BT-115 is BT-112 minus BT-113 plus BT-114',
    (facts) =>
      facts.total('DuePayableAmount')?.value ===
      (facts.total('GrandTotalAmount')?.value ?? 0n) -
        (facts.total('TotalPrepaidAmount')?.value ?? 0n) +
        (facts.total('RoundingAmount')?.value ?? 0n),
  ),
  rule('BR-CO-17', 'BT-117 is BT-116 times BT-119, rounded to two decimals', ({ breakdowns }) =>
    breakdowns.every((each) => taxOf(each)?.value === roundedTax(each)),
  ),
  rule('BR-CO-18', 'at least one VAT breakdown (BG-23)', ({ breakdowns }) => breakdowns.length > 0),
  rule('BR-CO-19', 'an invoicing period has a start or an end', (facts) => headerPeriods(facts).every(isBoundedPeriod)),
  rule('BR-CO-20', 'the period of a line has a start or an end', (facts) => linePeriods(facts).every(isBoundedPeriod)),
  rule('BR-CO-21', 'each allowance has a reason, its code, or both', ({ allowances }) => allowances.every(reasoned)),
  rule('BR-CO-22', 'each charge has a reason, its code, or both', ({ charges }) => charges.every(reasoned)),
  onEach('BR-CO-23', 'each allowance of a line has a reason, its code, or both', lineAllowances, isReasoned),
  onEach('BR-CO-24', 'each charge of a line has a reason, its code, or both', lineCharges, isReasoned),
  rule(
    'BR-CO-25',
    'a due date or terms of payment (BT-9, BT-20) where something is due',
    (facts) =>
      payable(facts) <= 0n ||
      all(facts.settlement, 'ram:SpecifiedTradePaymentTerms').some(
        (terms) => text(terms, `ram:DueDateDateTime/${DATE}`) !== null || text(terms, 'ram:Description') !== null,
      ),
  ),
  rule(
    'BR-CO-26',
    'the seller has an identifier, a legal registration or a VAT number',
    (facts) =>
      ['ram:ID', 'ram:GlobalID', 'ram:SpecifiedLegalOrganization/ram:ID'].some(
        (path) => text(facts.seller, path) !== null,
      ) || hasTaxNumber(facts, ['VA']),
  ),

  twoDecimals('BR-DEC-01', 'the amount of an allowance (BT-92)', ({ allowances }) => amounts(allowances)),
  twoDecimals(
    'BR-DEC-02',
    'the base of an allowance (BT-93)',
    decimalsAt(({ allowances }) => elementsOf(allowances), 'ram:BasisAmount'),
  ),
  twoDecimals('BR-DEC-05', 'the amount of a charge (BT-99)', ({ charges }) => amounts(charges)),
  ...(
    [
      ['09', 'LineTotalAmount'],
      ['10', 'AllowanceTotalAmount'],
      ['11', 'ChargeTotalAmount'],
      ['12', 'TaxBasisTotalAmount'],
      ['13', 'TaxTotalAmount'],
      ['14', 'GrandTotalAmount'],
      ['16', 'TotalPrepaidAmount'],
      ['17', 'RoundingAmount'],
      ['18', 'DuePayableAmount'],
    ] as const
  ).map(([n, name]) => twoDecimals(`BR-DEC-${n}`, name, (facts) => [facts.total(name)])),
  twoDecimals(
    'BR-DEC-06',
    'the base of a charge (BT-100)',
    decimalsAt(({ charges }) => elementsOf(charges), 'ram:BasisAmount'),
  ),
  twoDecimals('BR-DEC-15', 'the total of VAT in the accounting currency (BT-111)', (facts) => [
    decimal(text(accountingTotal(facts) ?? null)),
  ]),
  twoDecimals('BR-DEC-19', 'the taxable amount (BT-116)', ({ breakdowns }) => amounts(breakdowns)),
  twoDecimals('BR-DEC-20', 'the tax amount (BT-117)', ({ breakdowns }) => breakdowns.map(taxOf)),
  twoDecimals('BR-DEC-23', 'the net amount of a line (BT-131)', ({ lines }) => amounts(lines)),

  twoDecimals('BR-DEC-24', 'the allowance of a line (BT-136)', decimalsAt(lineAllowances, 'ram:ActualAmount')),
  twoDecimals(
    'BR-DEC-25',
    'the base of an allowance of a line (BT-137)',
    decimalsAt(lineAllowances, 'ram:BasisAmount'),
  ),
  twoDecimals('BR-DEC-27', 'the charge of a line (BT-141)', decimalsAt(lineCharges, 'ram:ActualAmount')),
  twoDecimals('BR-DEC-28', 'the base of a charge of a line (BT-142)', decimalsAt(lineCharges, 'ram:BasisAmount')),
  rule('BR-CL-01', 'the type is of UNTDID 1001', ({ document }) =>
    isOf(DOCUMENT_TYPES, text(document, 'ram:TypeCode')),
  ),
  rule('BR-CL-04', 'the currency is of ISO 4217', ({ currency }) => isOf(CURRENCIES, currency)),
  rule('BR-CL-14', 'countries are of ISO 3166-1', ({ seller, buyer, delivery }) =>
    [seller, buyer, one(delivery, 'ram:ShipToTradeParty')].every((party) => isCountry(partyCountry(party))),
  ),
  rule('BR-CL-16', 'means of payment are of UNTDID 4461', (facts) =>
    paymentMeans(facts).every((means) => isOf(PAYMENT_MEANS, text(means, 'ram:TypeCode'))),
  ),
  rule('BR-CL-22', 'reasons of exemption are of the VATEX list', ({ breakdowns }) =>
    breakdowns.every(({ element }) =>
      /^VATEX-(EU|FR)-[A-Z0-9-]+$/i.test(text(element, 'ram:ExemptionReasonCode') ?? 'VATEX-EU-O'),
    ),
  ),
  eachLine('BR-CL-23', 'its unit is of UN/ECE Rec 20', (line) => unitOf(line) === '' || UNITS.includes(unitOf(line))),

  ...STANDARD,
  ...zeroRated('Z', 'zero rated'),
  rule('BR-Z-10', 'zero rated: no reason of exemption', (facts) => !ofCategory(facts, 'Z').some(hasReason)),
  ...zeroRated('E', 'exempt'),
  rule('BR-E-10', 'exempt: a reason', (facts) => ofCategory(facts, 'E').every(hasReason)),
  ...OUTSIDE,
  rule('category_not_supported', 'the VAT category is one of S, Z, E, O', (facts) =>
    [...facts.lines, ...facts.allowances, ...facts.charges, ...facts.breakdowns].every(
      ({ category }) => category === null || ['S', 'Z', 'E', 'O'].includes(category),
    ),
  ),
];

function isOf(list: readonly string[], code: string | null): boolean {
  return code === null || list.includes(code);
}

function unitOf(line: ReadElement): string {
  return one(line, 'ram:SpecifiedLineTradeDelivery/ram:BilledQuantity')?.attributes.get('unitCode') ?? '';
}

function grossPriceOf(line: ReadElement): Decimal | null {
  return decimal(text(line, 'ram:SpecifiedLineTradeAgreement/ram:GrossPriceProductTradePrice/ram:ChargeAmount'));
}

function priceOf(line: ReadElement): Decimal | null {
  return decimal(text(line, 'ram:SpecifiedLineTradeAgreement/ram:NetPriceProductTradePrice/ram:ChargeAmount'));
}

/** BT-110: the total in the currency of the invoice; another one may stand beside it (BT-111). */
function taxTotal(facts: Facts): Decimal | null {
  const own = all(facts.totals, 'ram:TaxTotalAmount').find(
    (each) => each.attributes.get('currencyID') === facts.currency,
  );
  return own === undefined ? null : decimal(text(own));
}

import { decimalOf } from '../money/money.ts';
import type { LocalDate } from '../time/types.ts';
import { subjectOfMention } from './mentions.ts';
import type {
  Address,
  Buyer,
  Invoice,
  InvoiceAllowance,
  InvoiceKind,
  InvoiceLine,
  Seller,
  VatBreakdown,
} from './types.ts';
import { optionalXml, writeXml, type XmlElement, xml } from './xml.ts';

/** BT-24 of the profile EN 16931 (Factur-X 1.0, « EN 16931 / COMFORT »). */
export const EN16931_GUIDELINE = 'urn:cen.eu:en16931:2017';

/** What the PDF around the XML must say of it (Factur-X 1.0, 6.2). */
export const FACTURX = {
  fileName: 'factur-x.xml',
  conformanceLevel: 'EN 16931',
  documentType: 'INVOICE',
  version: '1.0',
  namespace: 'urn:factur-x:pdfa:CrossIndustryDocument:invoice:1p0#',
  relationship: 'Alternative',
} as const;

export const CII_NAMESPACES: Readonly<Record<string, string>> = {
  'urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:100': 'rsm',
  'urn:un:unece:uncefact:data:standard:QualifiedDataType:100': 'qdt',
  'urn:un:unece:uncefact:data:standard:ReusableAggregateBusinessInformationEntity:100': 'ram',
  'urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100': 'udt',
};

/** UNTDID 1001 (BT-3). */
export const TYPE_CODES: Readonly<Record<InvoiceKind, string>> = {
  invoice: '380',
  credit_note: '381',
  advance_invoice: '386',
};

/** Schemes of identifiers: ICD 0002 is SIREN, 0009 SIRET. */
const SIREN_SCHEME = '0002';
const SIRET_SCHEME = '0009';

/**
 * The document as a UN/CEFACT Cross Industry Invoice D16B of the profile EN 16931, for itself or for a Factur-X PDF.
 * Elements stand in the order of the schema; the numbers in brackets are those of the standard's business terms.
 */
export function writeCii(invoice: Invoice): string {
  const namespaces = Object.entries(CII_NAMESPACES).map(([uri, prefix]) => [`xmlns:${prefix}`, uri]);
  return writeXml(
    xml(
      'rsm:CrossIndustryInvoice',
      [
        xml('rsm:ExchangedDocumentContext', [
          xml('ram:BusinessProcessSpecifiedDocumentContextParameter', [xml('ram:ID', processOf(invoice))]), // BT-23
          xml('ram:GuidelineSpecifiedDocumentContextParameter', [xml('ram:ID', EN16931_GUIDELINE)]), // BT-24
        ]),
        xml('rsm:ExchangedDocument', [
          xml('ram:ID', invoice.number), // BT-1
          xml('ram:TypeCode', TYPE_CODES[invoice.kind]), // BT-3
          xml('ram:IssueDateTime', [dateString('udt', invoice.issuedOn)]), // BT-2
          ...notesOf(invoice),
        ]),
        xml('rsm:SupplyChainTradeTransaction', [
          ...invoice.lines.map(lineOf),
          agreementOf(invoice),
          deliveryOf(invoice),
          settlementOf(invoice),
        ]),
      ],
      Object.fromEntries(namespaces),
    ),
  );
}

/**
 * BT-23, the frame of invoicing of the French reform: services, goods or both, to be paid (1), paid already (2), or final
 * after advances (4). Of a document outside the reform it says the same and harms nobody.
 */
function processOf({ lines, totals, preceding, kind }: Invoice): string {
  const natures = new Set(lines.map(({ nature }) => nature));
  const letter = natures.size > 1 ? 'M' : natures.has('goods') ? 'B' : 'S';
  if (kind === 'invoice' && preceding.length > 0) return `${letter}4`;
  return `${letter}${kind === 'invoice' && totals.dueMinor === 0 && totals.paidMinor > 0 ? '2' : '1'}`;
}

function notesOf({ note, mentions }: Invoice): XmlElement[] {
  const free = note === null ? [] : [xml('ram:IncludedNote', [xml('ram:Content', note)])];
  return [
    ...free,
    ...mentions.map(({ code, text }) =>
      xml('ram:IncludedNote', [xml('ram:Content', text), optionalXml('ram:SubjectCode', subjectOfMention(code))]),
    ),
  ]; // BG-1: BT-22, BT-21
}

function lineOf(line: InvoiceLine): XmlElement {
  return xml('ram:IncludedSupplyChainTradeLineItem', [
    xml('ram:AssociatedDocumentLineDocument', [xml('ram:LineID', String(line.position))]), // BT-126
    xml('ram:SpecifiedTradeProduct', [
      xml('ram:Name', line.name), // BT-153
      optionalXml('ram:Description', line.description), // BT-154
    ]),
    xml('ram:SpecifiedLineTradeAgreement', [
      xml('ram:NetPriceProductTradePrice', [xml('ram:ChargeAmount', netPriceOf(line))]), // BT-146
    ]),
    xml('ram:SpecifiedLineTradeDelivery', [
      xml('ram:BilledQuantity', decimalOf(line.quantityHundredths), { unitCode: line.unitCode }), // BT-129, BT-130
    ]),
    xml('ram:SpecifiedLineTradeSettlement', [
      taxOf('ram:ApplicableTradeTax', line), // BT-151, BT-152
      line.period === null
        ? null
        : xml('ram:BillingSpecifiedPeriod', [
            xml('ram:StartDateTime', [dateString('udt', line.period.firstOn)]), // BT-134
            xml('ram:EndDateTime', [dateString('udt', line.period.lastOn)]), // BT-135
          ]),
      xml('ram:SpecifiedTradeSettlementLineMonetarySummation', [
        xml('ram:LineTotalAmount', decimalOf(line.netMinor)), // BT-131
      ]),
    ]),
  ]);
}

/** Net amount by quantity, to six decimals: times the quantity it is the line's net amount again. */
function netPriceOf({ netMinor, quantityHundredths }: InvoiceLine): string {
  const millionths = (BigInt(netMinor) * 2_000_000n + BigInt(quantityHundredths)) / (2n * BigInt(quantityHundredths));
  const digits = String(millionths).padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
}

function taxOf(name: string, of: InvoiceLine | InvoiceAllowance): XmlElement {
  return xml(name, [
    xml('ram:TypeCode', 'VAT'),
    xml('ram:CategoryCode', of.category),
    // Not subject to VAT has no rate at all (BR-O-05).
    of.category === 'O' ? null : xml('ram:RateApplicablePercent', decimalOf(of.rateBp)),
  ]);
}

function agreementOf(invoice: Invoice): XmlElement {
  const isOutside = invoice.vat.some(({ category }) => category === 'O');
  return xml('ram:ApplicableHeaderTradeAgreement', [
    optionalXml('ram:BuyerReference', invoice.buyerReference), // BT-10: the service code of a public body
    sellerOf(invoice.seller, isOutside),
    buyerOf(invoice.buyer, isOutside),
    referenceOf('ram:BuyerOrderReferencedDocument', invoice.purchaseOrder), // BT-13
    referenceOf('ram:ContractReferencedDocument', invoice.contract), // BT-12
  ]);
}

function sellerOf(seller: Seller, isOutside: boolean): XmlElement {
  // BR-O-02 forbids VAT numbers on what is not subject to VAT; BR-E-02 wants one or another number of the tax office.
  const vatId = isOutside ? null : seller.vatId;
  const taxNumber = vatId === null ? (seller.siren ?? seller.registration) : null;
  return xml('ram:SellerTradeParty', [
    seller.siret === null && seller.siren === null ? optionalXml('ram:ID', seller.registration) : null, // BT-29
    optionalXml('ram:GlobalID', seller.siret, { schemeID: SIRET_SCHEME }),
    xml('ram:Name', seller.name), // BT-27
    xml('ram:Description', [seller.legalFormText, seller.registration].filter((each) => each !== null).join(' - ')), // BT-33
    legalOrganisation(seller.siren), // BT-30
    addressOf(seller.address), // BG-5
    electronicAddressOf(seller), // BT-34
    vatId === null ? null : registrationOf('VA', vatId), // BT-31
    taxNumber === null ? null : registrationOf('FC', taxNumber), // BT-32
  ]);
}

function buyerOf(buyer: Buyer, isOutside: boolean): XmlElement {
  return xml('ram:BuyerTradeParty', [
    optionalXml('ram:GlobalID', buyer.siret, { schemeID: SIRET_SCHEME }), // BT-46
    xml('ram:Name', buyer.name), // BT-44
    legalOrganisation(buyer.siren), // BT-47
    addressOf(buyer.address), // BG-8
    electronicAddressOf(buyer), // BT-49
    isOutside || buyer.vatId === null ? null : registrationOf('VA', buyer.vatId), // BT-48
  ]);
}

function legalOrganisation(siren: string | null): XmlElement | null {
  return siren === null
    ? null
    : xml('ram:SpecifiedLegalOrganization', [xml('ram:ID', siren, { schemeID: SIREN_SCHEME })]);
}

function registrationOf(scheme: 'VA' | 'FC', id: string): XmlElement {
  return xml('ram:SpecifiedTaxRegistration', [xml('ram:ID', id, { schemeID: scheme })]);
}

function electronicAddressOf({ electronicAddress: address }: Seller | Buyer): XmlElement | null {
  return address === null
    ? null
    : xml('ram:URIUniversalCommunication', [xml('ram:URIID', address.id, { schemeID: address.scheme })]);
}

function addressOf({ lines, postalCode, city, country }: Address): XmlElement {
  const [one = null, two = null, ...more] = lines;
  return xml('ram:PostalTradeAddress', [
    optionalXml('ram:PostcodeCode', postalCode),
    optionalXml('ram:LineOne', one),
    optionalXml('ram:LineTwo', two),
    optionalXml('ram:LineThree', more.join(', ')),
    optionalXml('ram:CityName', city),
    xml('ram:CountryID', country),
  ]);
}

function referenceOf(name: string, id: string | null): XmlElement | null {
  return id === null || id === '' ? null : xml(name, [xml('ram:IssuerAssignedID', id)]);
}

function deliveryOf({ deliveryAddress, suppliedOn }: Invoice): XmlElement {
  return xml('ram:ApplicableHeaderTradeDelivery', [
    deliveryAddress === null ? null : xml('ram:ShipToTradeParty', [addressOf(deliveryAddress)]), // BG-15
    suppliedOn === null
      ? null
      : xml('ram:ActualDeliverySupplyChainEvent', [xml('ram:OccurrenceDateTime', [dateString('udt', suppliedOn)])]), // BT-72
  ]);
}

function settlementOf(invoice: Invoice): XmlElement {
  const { totals, currency } = invoice;
  const hasKind = (kind: InvoiceAllowance['kind']) => invoice.allowances.some((each) => each.kind === kind);
  return xml('ram:ApplicableHeaderTradeSettlement', [
    xml('ram:PaymentReference', invoice.number), // BT-83
    xml('ram:InvoiceCurrencyCode', currency), // BT-5
    paymentMeansOf(invoice),
    ...invoice.vat.map((each) => breakdownOf(each, invoice.seller)),
    invoice.period === null
      ? null
      : xml('ram:BillingSpecifiedPeriod', [
          xml('ram:StartDateTime', [dateString('udt', invoice.period.firstOn)]), // BT-73
          xml('ram:EndDateTime', [dateString('udt', invoice.period.lastOn)]), // BT-74
        ]),
    ...invoice.allowances.map((each) =>
      xml('ram:SpecifiedTradeAllowanceCharge', [
        xml('ram:ChargeIndicator', [xml('udt:Indicator', String(each.kind === 'charge'))]),
        xml('ram:ActualAmount', decimalOf(each.netMinor)), // BT-92, BT-99
        xml('ram:Reason', each.reason), // BT-97, BT-104
        taxOf('ram:CategoryTradeTax', each),
      ]),
    ),
    xml('ram:SpecifiedTradePaymentTerms', [xml('ram:DueDateDateTime', [dateString('udt', invoice.dueOn)])]), // BT-9
    xml('ram:SpecifiedTradeSettlementHeaderMonetarySummation', [
      xml('ram:LineTotalAmount', decimalOf(totals.linesMinor)), // BT-106
      hasKind('charge') ? xml('ram:ChargeTotalAmount', decimalOf(totals.chargesMinor)) : null, // BT-108
      hasKind('allowance') ? xml('ram:AllowanceTotalAmount', decimalOf(totals.allowancesMinor)) : null, // BT-107
      xml('ram:TaxBasisTotalAmount', decimalOf(totals.netMinor)), // BT-109
      xml('ram:TaxTotalAmount', decimalOf(totals.vatMinor), { currencyID: currency }), // BT-110
      totals.roundingMinor === 0 ? null : xml('ram:RoundingAmount', decimalOf(totals.roundingMinor)), // BT-114
      xml('ram:GrandTotalAmount', decimalOf(totals.grossMinor)), // BT-112
      totals.paidMinor === 0 ? null : xml('ram:TotalPrepaidAmount', decimalOf(totals.paidMinor)), // BT-113
      xml('ram:DuePayableAmount', decimalOf(totals.dueMinor)), // BT-115
    ]),
    ...invoice.preceding.map(({ number, issuedOn }) =>
      xml('ram:InvoiceReferencedDocument', [
        xml('ram:IssuerAssignedID', number), // BT-25
        xml('ram:FormattedIssueDateTime', [dateString('qdt', issuedOn)]), // BT-26
      ]),
    ),
  ]);
}

/** A transfer to the seller's account, where it has one: UNTDID 4461 code 58, SEPA credit transfer. */
function paymentMeansOf({ seller, kind }: Invoice): XmlElement | null {
  if (seller.iban === null || kind === 'credit_note') return null;
  return xml('ram:SpecifiedTradeSettlementPaymentMeans', [
    xml('ram:TypeCode', '58'), // BT-81
    xml('ram:PayeePartyCreditorFinancialAccount', [xml('ram:IBANID', seller.iban)]), // BT-84
    seller.bic === null ? null : xml('ram:PayeeSpecifiedCreditorFinancialInstitution', [xml('ram:BICID', seller.bic)]), // BT-86
  ]);
}

function breakdownOf(each: VatBreakdown, seller: Seller): XmlElement {
  return xml('ram:ApplicableTradeTax', [
    xml('ram:CalculatedAmount', decimalOf(each.vatMinor)), // BT-117
    xml('ram:TypeCode', 'VAT'),
    optionalXml('ram:ExemptionReason', each.exemptionReason), // BT-120
    xml('ram:BasisAmount', decimalOf(each.netMinor)), // BT-116
    xml('ram:CategoryCode', each.category), // BT-118
    optionalXml('ram:ExemptionReasonCode', each.exemptionCode), // BT-121
    // BT-8, UNTDID 2475: due on the date of the invoice (option for debits), or when it is paid.
    each.category === 'S' ? xml('ram:DueDateTypeCode', seller.isVatOnDebits ? '5' : '72') : null,
    each.category === 'O' ? null : xml('ram:RateApplicablePercent', decimalOf(each.rateBp)), // BT-119
  ]);
}

/** Format 102: CCYYMMDD. */
function dateString(prefix: 'udt' | 'qdt', date: LocalDate): XmlElement {
  return xml(`${prefix}:DateTimeString`, date.replaceAll('-', ''), { format: '102' });
}

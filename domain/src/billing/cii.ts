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
import { optionalXml, writeXml, type XmlElement, xmlElement } from './xml.ts';

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
    xmlElement(
      'rsm:CrossIndustryInvoice',
      [
        xmlElement('rsm:ExchangedDocumentContext', [
          xmlElement('ram:BusinessProcessSpecifiedDocumentContextParameter', [
            xmlElement('ram:ID', processOf(invoice)),
          ]), // BT-23
          xmlElement('ram:GuidelineSpecifiedDocumentContextParameter', [xmlElement('ram:ID', EN16931_GUIDELINE)]), // BT-24
        ]),
        xmlElement('rsm:ExchangedDocument', [
          xmlElement('ram:ID', invoice.number), // BT-1
          xmlElement('ram:TypeCode', TYPE_CODES[invoice.kind]), // BT-3
          xmlElement('ram:IssueDateTime', [dateString('udt', invoice.issuedOn)]), // BT-2
          ...notesOf(invoice),
        ]),
        xmlElement('rsm:SupplyChainTradeTransaction', [
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
  const free = note === null ? [] : [xmlElement('ram:IncludedNote', [xmlElement('ram:Content', note)])];
  return [
    ...free,
    ...mentions.map(({ code, text }) =>
      xmlElement('ram:IncludedNote', [
        xmlElement('ram:Content', text),
        optionalXml('ram:SubjectCode', subjectOfMention(code)),
      ]),
    ),
  ]; // BG-1: BT-22, BT-21
}

function lineOf(line: InvoiceLine): XmlElement {
  return xmlElement('ram:IncludedSupplyChainTradeLineItem', [
    xmlElement('ram:AssociatedDocumentLineDocument', [xmlElement('ram:LineID', String(line.position))]), // BT-126
    xmlElement('ram:SpecifiedTradeProduct', [
      xmlElement('ram:Name', line.name), // BT-153
      optionalXml('ram:Description', line.description), // BT-154
    ]),
    xmlElement('ram:SpecifiedLineTradeAgreement', [
      xmlElement('ram:NetPriceProductTradePrice', [xmlElement('ram:ChargeAmount', netPriceOf(line))]), // BT-146
    ]),
    xmlElement('ram:SpecifiedLineTradeDelivery', [
      xmlElement('ram:BilledQuantity', decimalOf(line.quantityHundredths), { unitCode: line.unitCode }), // BT-129, BT-130
    ]),
    xmlElement('ram:SpecifiedLineTradeSettlement', [
      taxOf('ram:ApplicableTradeTax', line), // BT-151, BT-152
      line.period === null
        ? null
        : xmlElement('ram:BillingSpecifiedPeriod', [
            xmlElement('ram:StartDateTime', [dateString('udt', line.period.firstOn)]), // BT-134
            xmlElement('ram:EndDateTime', [dateString('udt', line.period.lastOn)]), // BT-135
          ]),
      xmlElement('ram:SpecifiedTradeSettlementLineMonetarySummation', [
        xmlElement('ram:LineTotalAmount', decimalOf(line.netMinor)), // BT-131
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
  return xmlElement(name, [
    xmlElement('ram:TypeCode', 'VAT'),
    xmlElement('ram:CategoryCode', of.category),
    // Not subject to VAT has no rate at all (BR-O-05).
    of.category === 'O' ? null : xmlElement('ram:RateApplicablePercent', decimalOf(of.rateBp)),
  ]);
}

function agreementOf(invoice: Invoice): XmlElement {
  const isOutside = invoice.vat.some(({ category }) => category === 'O');
  return xmlElement('ram:ApplicableHeaderTradeAgreement', [
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
  return xmlElement('ram:SellerTradeParty', [
    seller.siret === null && seller.siren === null ? optionalXml('ram:ID', seller.registration) : null, // BT-29
    optionalXml('ram:GlobalID', seller.siret, { schemeID: SIRET_SCHEME }),
    xmlElement('ram:Name', seller.name), // BT-27
    xmlElement(
      'ram:Description',
      [seller.legalFormText, seller.registration].filter((each) => each !== null).join(' - '),
    ), // BT-33
    legalOrganisation(seller.siren), // BT-30
    addressOf(seller.address), // BG-5
    electronicAddressOf(seller), // BT-34
    vatId === null ? null : registrationOf('VA', vatId), // BT-31
    taxNumber === null ? null : registrationOf('FC', taxNumber), // BT-32
  ]);
}

function buyerOf(buyer: Buyer, isOutside: boolean): XmlElement {
  return xmlElement('ram:BuyerTradeParty', [
    optionalXml('ram:GlobalID', buyer.siret, { schemeID: SIRET_SCHEME }), // BT-46
    xmlElement('ram:Name', buyer.name), // BT-44
    legalOrganisation(buyer.siren), // BT-47
    addressOf(buyer.address), // BG-8
    electronicAddressOf(buyer), // BT-49
    isOutside || buyer.vatId === null ? null : registrationOf('VA', buyer.vatId), // BT-48
  ]);
}

function legalOrganisation(siren: string | null): XmlElement | null {
  return siren === null
    ? null
    : xmlElement('ram:SpecifiedLegalOrganization', [xmlElement('ram:ID', siren, { schemeID: SIREN_SCHEME })]);
}

function registrationOf(scheme: 'VA' | 'FC', id: string): XmlElement {
  return xmlElement('ram:SpecifiedTaxRegistration', [xmlElement('ram:ID', id, { schemeID: scheme })]);
}

function electronicAddressOf({ electronicAddress: address }: Seller | Buyer): XmlElement | null {
  return address === null
    ? null
    : xmlElement('ram:URIUniversalCommunication', [xmlElement('ram:URIID', address.id, { schemeID: address.scheme })]);
}

function addressOf({ lines, postalCode, city, country }: Address): XmlElement {
  const [one = null, two = null, ...more] = lines;
  return xmlElement('ram:PostalTradeAddress', [
    optionalXml('ram:PostcodeCode', postalCode),
    optionalXml('ram:LineOne', one),
    optionalXml('ram:LineTwo', two),
    optionalXml('ram:LineThree', more.join(', ')),
    optionalXml('ram:CityName', city),
    xmlElement('ram:CountryID', country),
  ]);
}

function referenceOf(name: string, id: string | null): XmlElement | null {
  return id === null || id === '' ? null : xmlElement(name, [xmlElement('ram:IssuerAssignedID', id)]);
}

function deliveryOf({ deliveryAddress, suppliedOn }: Invoice): XmlElement {
  return xmlElement('ram:ApplicableHeaderTradeDelivery', [
    deliveryAddress === null ? null : xmlElement('ram:ShipToTradeParty', [addressOf(deliveryAddress)]), // BG-15
    suppliedOn === null
      ? null
      : xmlElement('ram:ActualDeliverySupplyChainEvent', [
          xmlElement('ram:OccurrenceDateTime', [dateString('udt', suppliedOn)]),
        ]), // BT-72
  ]);
}

function settlementOf(invoice: Invoice): XmlElement {
  const { totals, currency } = invoice;
  const hasKind = (kind: InvoiceAllowance['kind']) => invoice.allowances.some((each) => each.kind === kind);
  return xmlElement('ram:ApplicableHeaderTradeSettlement', [
    xmlElement('ram:PaymentReference', invoice.number), // BT-83
    xmlElement('ram:InvoiceCurrencyCode', currency), // BT-5
    paymentMeansOf(invoice),
    ...invoice.vat.map((each) => breakdownOf(each, invoice.seller)),
    invoice.period === null
      ? null
      : xmlElement('ram:BillingSpecifiedPeriod', [
          xmlElement('ram:StartDateTime', [dateString('udt', invoice.period.firstOn)]), // BT-73
          xmlElement('ram:EndDateTime', [dateString('udt', invoice.period.lastOn)]), // BT-74
        ]),
    ...invoice.allowances.map((each) =>
      xmlElement('ram:SpecifiedTradeAllowanceCharge', [
        xmlElement('ram:ChargeIndicator', [xmlElement('udt:Indicator', String(each.kind === 'charge'))]),
        xmlElement('ram:ActualAmount', decimalOf(each.netMinor)), // BT-92, BT-99
        xmlElement('ram:Reason', each.reason), // BT-97, BT-104
        taxOf('ram:CategoryTradeTax', each),
      ]),
    ),
    xmlElement('ram:SpecifiedTradePaymentTerms', [
      xmlElement('ram:DueDateDateTime', [dateString('udt', invoice.dueOn)]),
    ]), // BT-9
    xmlElement('ram:SpecifiedTradeSettlementHeaderMonetarySummation', [
      xmlElement('ram:LineTotalAmount', decimalOf(totals.linesMinor)), // BT-106
      hasKind('charge') ? xmlElement('ram:ChargeTotalAmount', decimalOf(totals.chargesMinor)) : null, // BT-108
      hasKind('allowance') ? xmlElement('ram:AllowanceTotalAmount', decimalOf(totals.allowancesMinor)) : null, // BT-107
      xmlElement('ram:TaxBasisTotalAmount', decimalOf(totals.netMinor)), // BT-109
      xmlElement('ram:TaxTotalAmount', decimalOf(totals.vatMinor), { currencyID: currency }), // BT-110
      totals.roundingMinor === 0 ? null : xmlElement('ram:RoundingAmount', decimalOf(totals.roundingMinor)), // BT-114
      xmlElement('ram:GrandTotalAmount', decimalOf(totals.grossMinor)), // BT-112
      totals.paidMinor === 0 ? null : xmlElement('ram:TotalPrepaidAmount', decimalOf(totals.paidMinor)), // BT-113
      xmlElement('ram:DuePayableAmount', decimalOf(totals.dueMinor)), // BT-115
    ]),
    ...invoice.preceding.map(({ number, issuedOn }) =>
      xmlElement('ram:InvoiceReferencedDocument', [
        xmlElement('ram:IssuerAssignedID', number), // BT-25
        xmlElement('ram:FormattedIssueDateTime', [dateString('qdt', issuedOn)]), // BT-26
      ]),
    ),
  ]);
}

/** A transfer to the seller's account, where it has one: UNTDID 4461 code 58, SEPA credit transfer. */
function paymentMeansOf({ seller, kind }: Invoice): XmlElement | null {
  if (seller.iban === null || kind === 'credit_note') return null;
  return xmlElement('ram:SpecifiedTradeSettlementPaymentMeans', [
    xmlElement('ram:TypeCode', '58'), // BT-81
    xmlElement('ram:PayeePartyCreditorFinancialAccount', [xmlElement('ram:IBANID', seller.iban)]), // BT-84
    seller.bic === null
      ? null
      : xmlElement('ram:PayeeSpecifiedCreditorFinancialInstitution', [xmlElement('ram:BICID', seller.bic)]), // BT-86
  ]);
}

function breakdownOf(each: VatBreakdown, seller: Seller): XmlElement {
  return xmlElement('ram:ApplicableTradeTax', [
    xmlElement('ram:CalculatedAmount', decimalOf(each.vatMinor)), // BT-117
    xmlElement('ram:TypeCode', 'VAT'),
    optionalXml('ram:ExemptionReason', each.exemptionReason), // BT-120
    xmlElement('ram:BasisAmount', decimalOf(each.netMinor)), // BT-116
    xmlElement('ram:CategoryCode', each.category), // BT-118
    optionalXml('ram:ExemptionReasonCode', each.exemptionCode), // BT-121
    // BT-8, UNTDID 2475: due on the date of the invoice (option for debits), or when it is paid.
    each.category === 'S' ? xmlElement('ram:DueDateTypeCode', seller.isVatOnDebits ? '5' : '72') : null,
    each.category === 'O' ? null : xmlElement('ram:RateApplicablePercent', decimalOf(each.rateBp)), // BT-119
  ]);
}

/** Format 102: CCYYMMDD. */
function dateString(prefix: 'udt' | 'qdt', date: LocalDate): XmlElement {
  return xmlElement(`${prefix}:DateTimeString`, date.replaceAll('-', ''), { format: '102' });
}

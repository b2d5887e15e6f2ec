import {
  CII_NAMESPACES,
  checkEn16931,
  en16931RuleIds,
  escapeXml,
  type InvoiceDraft,
  type ReadElement,
  readXml,
  sumMinor,
  writeCii,
} from '@mitoyen/domain';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { anyDraft, association, buyer, draft, issued, line, person, seller } from './billing-facts.ts';

const CONTEXT = 'ram:BusinessProcessSpecifiedDocumentContextParameter';
const xmlOf = (from: InvoiceDraft) => writeCii(issued(from));
const breaches = (xml: string) => checkEn16931(xml).map(({ ruleId }) => ruleId);

/** A document with everything: two rates, a reduction, a supplement, a period, references, an advance that was paid. */
const rich = draft({
  lines: [
    line(),
    line({
      name: 'Repas',
      vatKind: 'reduced_10',
      totalMinor: 2_200,
      quantityHundredths: 200,
      unitCode: 'C62',
      nature: 'goods',
      period: { firstOn: '2027-03-01', lastOn: '2027-03-15' },
    }),
  ],
  allowances: [
    { kind: 'allowance', reason: 'Fidélité', totalMinor: 120, vatKind: 'standard_20' },
    { kind: 'charge', reason: 'Ménage', totalMinor: 240, vatKind: 'standard_20' },
  ],
  period: { firstOn: '2027-03-01', lastOn: '2027-03-15' },
  paidMinor: 500,
  preceding: [{ number: 'ANN-F-2027-000009', issuedOn: '2027-03-01' }],
  deliveryAddress: { lines: ['Salle'], postalCode: '04240', city: 'Annot', country: 'FR' },
  purchaseOrder: 'BC-7',
  contract: 'C-1',
  buyerReference: 'SERVICE',
  note: 'Merci',
});
const exempt = draft({
  seller: association(),
  lines: [line({ vatKind: 'exempt_261_7_1a' })],
  allowances: [
    { kind: 'allowance', reason: 'Remise', totalMinor: 100, vatKind: 'exempt_261_7_1a' },
    { kind: 'charge', reason: 'Frais', totalMinor: 100, vatKind: 'exempt_261_7_1a' },
  ],
});
const outside = draft({
  lines: [line({ vatKind: 'out_of_scope' })],
  allowances: [
    { kind: 'allowance', reason: 'Remise', totalMinor: 100, vatKind: 'out_of_scope' },
    { kind: 'charge', reason: 'Frais', totalMinor: 100, vatKind: 'out_of_scope' },
  ],
});

describe('documents as they are written', () => {
  test('break no rule: with everything, exempt, outside VAT, to a private person', () => {
    for (const from of [rich, exempt, outside, draft({ buyer: person() })]) expect(breaches(xmlOf(from))).toEqual([]);
  });

  test('for any document of any regime: no rule is broken, and the text comes back as it was', () => {
    fc.assert(
      fc.property(anyDraft, (from) => {
        const xml = xmlOf(from);
        expect(breaches(xml)).toEqual([]);
        const names = find(readXml(xml, CII_NAMESPACES), 'ram:SpecifiedTradeProduct').map((product) =>
          textOf(product, 'ram:Name'),
        );
        const isKept = (text: string) => text.replace(/[^\P{C}\t\r\n]/gu, '');
        expect(names.map(isKept)).toEqual(from.lines.map(({ name }) => isKept(name)));
      }),
      { numRuns: 150 },
    );
  });

  test('quantity times net price is the net amount of the line, to the cent', () => {
    fc.assert(
      fc.property(anyDraft, (from) => {
        const root = readXml(xmlOf(from), CII_NAMESPACES);
        for (const item of find(root, 'ram:IncludedSupplyChainTradeLineItem')) {
          const [price, quantity, net] = ['ram:ChargeAmount', 'ram:BilledQuantity', 'ram:LineTotalAmount'].map((name) =>
            Number(find(item, name)[0]?.text),
          );
          expect(Math.abs((price as number) * (quantity as number) - (net as number))).toBeLessThan(0.005);
        }
      }),
      { numRuns: 100 },
    );
  });

  test('say what they are: type, guideline, due date, the subject of the mentions', () => {
    const root = readXml(xmlOf(draft()), CII_NAMESPACES);
    expect(find(root, 'ram:TypeCode')[0]?.text).toBe('380');
    expect(xmlOf(draft())).toContain('urn:cen.eu:en16931:2017');
    expect(find(root, 'ram:SubjectCode').map(({ text }) => text)).toEqual(['REG', 'ABL', 'PMD', 'PMT', 'AAB']);
    expect(find(root, 'ram:DueDateDateTime')[0]?.children[0]?.text).toBe('20270414');
    expect(
      find(readXml(xmlOf(draft({ seller: seller({ isVatOnDebits: true }) })), CII_NAMESPACES), 'ram:DueDateTypeCode')[0]
        ?.text,
    ).toBe('5');
  });

  test('say their frame: services, goods or both; to be paid, paid already, or final after an advance', () => {
    const frame = (more: Partial<InvoiceDraft>) =>
      textOf(find(readXml(xmlOf(draft(more)), CII_NAMESPACES), CONTEXT)[0] as ReadElement, 'ram:ID');
    const goods = line({ nature: 'goods' });
    expect([frame({}), frame({ lines: [goods] }), frame({ lines: [goods, line()] })]).toEqual(['S1', 'B1', 'M1']);
    expect([frame({ paidMinor: 1_200 }), frame({ paidMinor: 1_199 })]).toEqual(['S2', 'S1']);
    expect(frame({ lines: [line({ totalMinor: 0 })] })).toBe('S1');
    const preceding = [{ number: 'ANN-F-2027-000009', issuedOn: '2027-03-01' }];
    expect([frame({ preceding }), frame({ kind: 'credit_note', preceding })]).toEqual(['S4', 'S1']);
  });

  test('name the account to pay to, but not on a credit note', () => {
    const preceding = [{ number: 'ANN-F-2027-000009', issuedOn: '2027-03-01' }];
    const iban = (more: Partial<InvoiceDraft>) =>
      find(readXml(xmlOf(draft(more)), CII_NAMESPACES), 'ram:IBANID').map(({ text }) => text);
    expect(iban({})).toEqual(['FR7630006000011234567890189']);
    expect(iban({ kind: 'credit_note', preceding })).toEqual([]);
    expect(iban({ seller: seller({ iban: null }) })).toEqual([]);
  });

  test('hide the VAT numbers of both where nothing is subject to VAT, and say one number of the seller all the same', () => {
    const root = readXml(xmlOf(outside), CII_NAMESPACES);
    const numbers = find(root, 'ram:SpecifiedTaxRegistration').flatMap(({ children }) =>
      children.map((id) => [id.attributes.get('schemeID'), id.text]),
    );
    expect(numbers).toEqual([['FC', seller().siren]]);
  });
});

test('what XML has no sign for is left out, what it reads otherwise is escaped', () => {
  const odd = `a${String.fromCharCode(0, 8, 0x1f, 0xfffe, 0xffff, 0xd800)}<>&"'\t\r\n\u{1fab4}é`;
  expect(escapeXml(odd)).toBe("a&lt;&gt;&amp;&quot;'&#9;&#13;&#10;\u{1fab4}é");
  expect(readXml(`<a b="${escapeXml(odd)}">${escapeXml(odd)}</a>`, {})).toMatchObject({
    text: 'a<>&"\'\t\r\n\u{1fab4}é',
    attributes: new Map([['b', 'a<>&"\'\t\r\n\u{1fab4}é']]),
  });
});

describe('documents that were tampered with', () => {
  type Change = (xml: string) => string;
  const replace =
    (from: string | RegExp, to: string): Change =>
    (xml) => {
      const changed = xml.replace(from, to);
      if (changed === xml) throw new Error(`nothing to replace: ${from}`);
      return changed;
    };
  const drop = (name: string, after = ''): Change =>
    replace(new RegExp(`(${after}[\\s\\S]*?)<${name}[ >][\\s\\S]*?</${name}>`), '$1');
  const inSummation = (name: string, to: string): Change =>
    replace(
      new RegExp(`(<ram:SpecifiedTradeSettlementHeaderMonetarySummation>[\\s\\S]*<${name}[^>]*>)[^<]*`),
      `$1${to}`,
    );

  // What our documents do not have and others' may: put in whole it breaks nothing, without its part it breaks its rule.
  const before = (anchor: string, element: string): Change => replace(anchor, `${element}${anchor}`);
  const change = (kind: boolean, parts: string) =>
    `<ram:SpecifiedTradeAllowanceCharge><ram:ChargeIndicator><udt:Indicator>${kind}</udt:Indicator></ram:ChargeIndicator>${parts}</ram:SpecifiedTradeAllowanceCharge>`;
  const inLine = '<ram:SpecifiedTradeSettlementLineMonetarySummation>';
  const reason = '<ram:Reason>x</ram:Reason>';
  const amount = (value: string) => `<ram:ActualAmount>${value}</ram:ActualAmount>`;
  const base = (value: string) => `<ram:BasisAmount>${value}</ram:BasisAmount>`;
  const representative = '<ram:BuyerOrderReferencedDocument>';
  const parts = {
    name: '<ram:Name>R</ram:Name>',
    address: '<ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress>',
    vat: '<ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR44732829320</ram:ID></ram:SpecifiedTaxRegistration>',
  };
  const represented = (...has: readonly string[]) =>
    before(
      representative,
      `<ram:SellerTaxRepresentativeTradeParty>${has.join('')}</ram:SellerTaxRepresentativeTradeParty>`,
    );
  const accounting =
    (total: string): Change =>
    (xml) =>
      before(
        '<ram:InvoiceCurrencyCode>',
        '<ram:TaxCurrencyCode>CHF</ram:TaxCurrencyCode>',
      )(before('<ram:GrandTotalAmount>', total)(xml));
  const chf = (value: string) => `<ram:TaxTotalAmount currencyID="CHF">${value}</ram:TaxTotalAmount>`;
  const inProduct = (element: string) =>
    replace('</ram:SpecifiedTradeProduct>', `${element}</ram:SpecifiedTradeProduct>`);
  const gross = (value: string) =>
    before(
      '<ram:NetPriceProductTradePrice>',
      `<ram:GrossPriceProductTradePrice><ram:ChargeAmount>${value}</ram:ChargeAmount></ram:GrossPriceProductTradePrice>`,
    );
  const card = (digits: string) =>
    before(
      '<ram:PayeePartyCreditorFinancialAccount>',
      `<ram:ApplicableTradeSettlementFinancialCard><ram:ID>${digits}</ram:ID></ram:ApplicableTradeSettlementFinancialCard>`,
    );
  const attribute = (has: string) =>
    inProduct(`<ram:ApplicableProductCharacteristic>${has}</ram:ApplicableProductCharacteristic>`);
  const pairs: readonly (readonly [rule: string, whole: Change, broken: Change])[] = [
    [
      'BR-17',
      before('<ram:InvoiceCurrencyCode>', `<ram:PayeeTradeParty>${parts.name}</ram:PayeeTradeParty>`),
      before('<ram:InvoiceCurrencyCode>', '<ram:PayeeTradeParty><ram:ID>1</ram:ID></ram:PayeeTradeParty>'),
    ],
    ['BR-18', represented(parts.name, parts.address, parts.vat), represented(parts.address, parts.vat)],
    ['BR-19', represented(parts.name, parts.address, parts.vat), represented(parts.name, parts.vat)],
    ['BR-20', represented(parts.name, parts.address, parts.vat), represented(parts.name, parts.vat)],
    ['BR-56', represented(parts.name, parts.address, parts.vat), represented(parts.name, parts.address)],
    ['BR-28', gross('0'), gross('-0.01')],
    ['BR-51', card('123456XXXX'), card('12345678901')],
    [
      'BR-52',
      before(
        representative,
        '<ram:AdditionalReferencedDocument><ram:IssuerAssignedID>D</ram:IssuerAssignedID></ram:AdditionalReferencedDocument>',
      ),
      before(
        representative,
        '<ram:AdditionalReferencedDocument><ram:TypeCode>916</ram:TypeCode></ram:AdditionalReferencedDocument>',
      ),
    ],
    ['BR-53', accounting(chf('4.00')), accounting(' ')],
    ['BR-DEC-15', accounting(chf('4.00')), accounting(chf('4.001'))],
    [
      'BR-54',
      attribute('<ram:Description>a</ram:Description><ram:Value>b</ram:Value>'),
      attribute('<ram:Value>b</ram:Value>'),
    ],
    ['BR-64', inProduct('<ram:GlobalID schemeID="0160">1</ram:GlobalID>'), inProduct('<ram:GlobalID>1</ram:GlobalID>')],
    [
      'BR-65',
      inProduct(
        '<ram:DesignatedProductClassification><ram:ClassCode listID="STI">1</ram:ClassCode></ram:DesignatedProductClassification>',
      ),
      inProduct(
        '<ram:DesignatedProductClassification><ram:ClassCode>1</ram:ClassCode></ram:DesignatedProductClassification>',
      ),
    ],
    ...(
      [
        [false, 'BR-41', 'BR-42', 'BR-CO-23', 'BR-DEC-24', 'BR-DEC-25'],
        [true, 'BR-43', 'BR-44', 'BR-CO-24', 'BR-DEC-27', 'BR-DEC-28'],
      ] as const
    ).flatMap(([kind, noAmount, noReason, noReasonAtAll, decimals, baseDecimals]) => {
      const put = (...has: readonly string[]) => before(inLine, change(kind, has.join('')));
      const whole = put(base('10.00'), amount('1.00'), reason);
      return [
        [noAmount, whole, put(reason)],
        [noReason, whole, put(amount('1.00'))],
        [noReasonAtAll, put(amount('1.00'), '<ram:ReasonCode>95</ram:ReasonCode>'), put(amount('1.00'))],
        [decimals, whole, put(amount('1.001'), reason)],
        [baseDecimals, whole, put(base('10.001'), amount('1.00'), reason)],
      ] as const;
    }),
    ['BR-DEC-02', before('<ram:ActualAmount>1.00', base('10.00')), before('<ram:ActualAmount>1.00', base('10.001'))],
    ['BR-DEC-06', before('<ram:ActualAmount>2.00', base('10.00')), before('<ram:ActualAmount>2.00', base('10.001'))],
    [
      'BR-CO-21',
      replace('<ram:Reason>Fidélité</ram:Reason>', '<ram:ReasonCode>95</ram:ReasonCode>'),
      drop('ram:Reason'),
    ],
    [
      'BR-CO-22',
      replace('<ram:Reason>Ménage</ram:Reason>', '<ram:ReasonCode>FC</ram:ReasonCode>'),
      drop('ram:Reason', '<udt:Indicator>true'),
    ],
  ];
  const foreign = pairs.map(([ruleId, , broken]) => [ruleId, rich, broken] as const);

  test.each(pairs)('what others write breaks nothing when it is whole: %s', (_, whole) => {
    expect(breaches(whole(xmlOf(rich)))).toEqual([]);
  });

  const cases: readonly (readonly [rule: string, from: InvoiceDraft, change: Change])[] = [
    ['BR-01', rich, drop('ram:ID', '<ram:GuidelineSpecifiedDocumentContextParameter>')],
    ['BR-02', rich, drop('ram:ID', '<rsm:ExchangedDocument>')],
    ['BR-03', rich, drop('udt:DateTimeString', '<ram:IssueDateTime>')],
    ['BR-04', rich, drop('ram:TypeCode', '<rsm:ExchangedDocument>')],
    ['BR-05', rich, drop('ram:InvoiceCurrencyCode')],
    ['BR-06', rich, drop('ram:Name', '<ram:SellerTradeParty>')],
    ['BR-07', rich, drop('ram:Name', '<ram:BuyerTradeParty>')],
    ['BR-08', rich, drop('ram:PostalTradeAddress', '<ram:SellerTradeParty>')],
    ['BR-09', rich, drop('ram:CountryID', '<ram:SellerTradeParty>')],
    ['BR-10', rich, drop('ram:PostalTradeAddress', '<ram:BuyerTradeParty>')],
    ['BR-11', rich, drop('ram:CountryID', '<ram:BuyerTradeParty>')],
    ['BR-12', rich, drop('ram:LineTotalAmount', '<ram:SpecifiedTradeSettlementHeaderMonetarySummation>')],
    ['BR-13', rich, drop('ram:TaxBasisTotalAmount')],
    ['BR-14', rich, drop('ram:GrandTotalAmount')],
    ['BR-15', rich, drop('ram:DuePayableAmount')],
    ['BR-16', draft(), drop('ram:IncludedSupplyChainTradeLineItem')],
    ['BR-21', rich, drop('ram:LineID')],
    ['BR-22', rich, drop('ram:BilledQuantity')],
    ['BR-23', rich, replace(' unitCode="HUR"', '')],
    ['BR-24', rich, drop('ram:LineTotalAmount')],
    ['BR-25', rich, drop('ram:Name', '<ram:SpecifiedTradeProduct>')],
    ['BR-26', rich, drop('ram:ChargeAmount')],
    ['BR-27', rich, replace('<ram:ChargeAmount>', '<ram:ChargeAmount>-')],
    [
      'BR-29',
      rich,
      replace(/(<ram:BillingSpecifiedPeriod>[\s\S]*<ram:BillingSpecifiedPeriod>[\s\S]*?)20270301/, '$120280301'),
    ],
    ['BR-30', rich, replace('20270301', '20280301')],
    ['BR-31', rich, drop('ram:ActualAmount')],
    ['BR-32', rich, drop('ram:CategoryCode', '<ram:CategoryTradeTax>')],
    ['BR-33', rich, drop('ram:Reason')],
    ['BR-36', rich, drop('ram:ActualAmount', '<udt:Indicator>true')],
    ['BR-37', rich, drop('ram:CategoryCode', '<udt:Indicator>true')],
    ['BR-38', rich, drop('ram:Reason', '<udt:Indicator>true')],
    ['BR-45', rich, drop('ram:BasisAmount')],
    ['BR-46', rich, drop('ram:CalculatedAmount')],
    ['BR-47', rich, drop('ram:CategoryCode', '<ram:BasisAmount>')],
    ['BR-48', rich, drop('ram:RateApplicablePercent', '<ram:BasisAmount>')],
    ['BR-49', rich, drop('ram:TypeCode', '<ram:SpecifiedTradeSettlementPaymentMeans>')],
    ['BR-50', rich, drop('ram:IBANID')],
    ['BR-55', rich, drop('ram:IssuerAssignedID', '<ram:InvoiceReferencedDocument>')],
    ['BR-57', rich, drop('ram:CountryID', '<ram:ShipToTradeParty>')],
    ['BR-61', rich, drop('ram:PayeePartyCreditorFinancialAccount')],
    [
      'BR-62',
      rich,
      replace(/(<ram:SellerTradeParty>[\s\S]*<ram:URIID) schemeID="0225"([\s\S]*<ram:BuyerTradeParty>)/, '$1$2'),
    ],
    ['BR-63', rich, replace(/(<ram:BuyerTradeParty>[\s\S]*<ram:URIID) schemeID="0225"/, '$1')],
    ['BR-66', rich, drop('ram:ChargeIndicator')],
    ['BR-CO-03', rich, replace('<ram:DueDateTypeCode>', '<ram:TaxPointDate/><ram:DueDateTypeCode>')],
    ['BR-CO-04', rich, drop('ram:CategoryCode')],
    ['BR-CO-09', rich, replace('schemeID="VA">FR', 'schemeID="VA">')],
    ['BR-CO-10', rich, inSummation('ram:LineTotalAmount', '1.00')],
    ['BR-CO-11', rich, inSummation('ram:AllowanceTotalAmount', '1.01')],
    ['BR-CO-12', rich, inSummation('ram:ChargeTotalAmount', '2.01')],
    ['BR-CO-13', rich, inSummation('ram:TaxBasisTotalAmount', '31.01')],
    ['BR-CO-14', rich, inSummation('ram:TaxTotalAmount', '4.21')],
    ['BR-CO-15', rich, inSummation('ram:GrandTotalAmount', '35.21')],
    ['BR-CO-16', rich, inSummation('ram:DuePayableAmount', '30.21')],
    ['BR-CO-17', rich, replace(/<ram:CalculatedAmount>[^<]*/, '<ram:CalculatedAmount>2.21')],
    ['BR-CO-18', draft(), drop('ram:ApplicableTradeTax', '<ram:ApplicableHeaderTradeSettlement>')],
    [
      'BR-CO-19',
      rich,
      (xml) =>
        drop(
          'ram:EndDateTime',
          '<ram:InvoiceCurrencyCode>',
        )(drop('ram:StartDateTime', '<ram:InvoiceCurrencyCode>')(xml)),
    ],
    ['BR-CO-20', rich, replace(/(<ram:BillingSpecifiedPeriod>)[\s\S]*?(<\/ram:BillingSpecifiedPeriod>)/, '$1$2')],
    ['BR-CO-25', rich, drop('ram:SpecifiedTradePaymentTerms')],
    [
      'BR-CO-26',
      exempt,
      replace(
        /<ram:GlobalID[\s\S]*?<\/ram:GlobalID>|<ram:SpecifiedLegalOrganization>[\s\S]*?<\/ram:SpecifiedLegalOrganization>/g,
        '',
      ),
    ],
    ['BR-DEC-01', rich, replace('<ram:ActualAmount>1.00', '<ram:ActualAmount>1.000')],
    ['BR-DEC-05', rich, replace('<ram:ActualAmount>2.00', '<ram:ActualAmount>2.000')],
    ['BR-DEC-09', rich, inSummation('ram:LineTotalAmount', '30.000')],
    ['BR-DEC-10', rich, inSummation('ram:AllowanceTotalAmount', '1.000')],
    ['BR-DEC-11', rich, inSummation('ram:ChargeTotalAmount', '2.000')],
    ['BR-DEC-12', rich, inSummation('ram:TaxBasisTotalAmount', '31.000')],
    ['BR-DEC-13', rich, inSummation('ram:TaxTotalAmount', '4.200')],
    ['BR-DEC-14', rich, inSummation('ram:GrandTotalAmount', '35.200')],
    ['BR-DEC-16', rich, inSummation('ram:TotalPrepaidAmount', '5.000')],
    ['BR-DEC-17', draft({ lines: [line({ totalMinor: 405 })] }), inSummation('ram:RoundingAmount', '-0.010')],
    ['BR-DEC-18', rich, inSummation('ram:DuePayableAmount', '30.200')],
    ['BR-DEC-19', rich, replace('<ram:BasisAmount>11.00', '<ram:BasisAmount>11.000')],
    ['BR-DEC-20', rich, replace('<ram:CalculatedAmount>2.20', '<ram:CalculatedAmount>2.200')],
    ['BR-DEC-23', rich, replace('<ram:LineTotalAmount>10.00', '<ram:LineTotalAmount>10.000')],
    ['BR-CL-01', rich, replace('<ram:TypeCode>380', '<ram:TypeCode>999')],
    ['BR-CL-04', rich, replace('<ram:InvoiceCurrencyCode>EUR', '<ram:InvoiceCurrencyCode>EURO')],
    ['BR-CL-14', rich, replace('<ram:CountryID>FR', '<ram:CountryID>France')],
    ['BR-CL-16', rich, replace('<ram:TypeCode>58', '<ram:TypeCode>9999')],
    ['BR-CL-22', exempt, replace('VATEX-FR-CGI261-7', 'CGI 261')],
    ['BR-CL-23', rich, replace('unitCode="HUR"', 'unitCode="hour"')],
    ['BR-S-01', draft(), replace(/(<ram:BasisAmount>[^<]*<\/ram:BasisAmount>\s*<ram:CategoryCode>)S/, '$1E')],
    ['BR-S-02', rich, replace(/<ram:SpecifiedTaxRegistration>[\s\S]*?<\/ram:SpecifiedTaxRegistration>/, '')],
    ['BR-S-03', rich, replace(/<ram:SpecifiedTaxRegistration>[\s\S]*?<\/ram:SpecifiedTaxRegistration>/, '')],
    ['BR-S-04', rich, replace(/<ram:SpecifiedTaxRegistration>[\s\S]*?<\/ram:SpecifiedTaxRegistration>/, '')],
    ['BR-S-05', rich, replace('<ram:RateApplicablePercent>20.00', '<ram:RateApplicablePercent>0.00')],
    ['BR-S-06', rich, replace(/(<udt:Indicator>false[\s\S]*?<ram:RateApplicablePercent>)20.00/, '$10.00')],
    ['BR-S-07', rich, replace(/(<udt:Indicator>true[\s\S]*?<ram:RateApplicablePercent>)20.00/, '$10.00')],
    ['BR-S-08', rich, replace('<ram:BasisAmount>11.00', '<ram:BasisAmount>11.01')],
    ['BR-S-09', rich, replace('<ram:CalculatedAmount>2.20', '<ram:CalculatedAmount>2.19')],
    [
      'BR-S-10',
      rich,
      replace('<ram:BasisAmount>11.00', '<ram:ExemptionReason>Non</ram:ExemptionReason><ram:BasisAmount>11.00'),
    ],
    ['BR-E-01', exempt, replace(/(<ram:BasisAmount>[^<]*<\/ram:BasisAmount>\s*<ram:CategoryCode>)E/, '$1S')],
    ['BR-E-02', exempt, drop('ram:SpecifiedTaxRegistration')],
    ['BR-E-03', exempt, drop('ram:SpecifiedTaxRegistration')],
    ['BR-E-04', exempt, drop('ram:SpecifiedTaxRegistration')],
    ['BR-E-05', exempt, replace('<ram:RateApplicablePercent>0.00', '<ram:RateApplicablePercent>20.00')],
    ['BR-E-06', exempt, replace(/(<udt:Indicator>false[\s\S]*?<ram:RateApplicablePercent>)0.00/, '$120.00')],
    ['BR-E-07', exempt, replace(/(<udt:Indicator>true[\s\S]*?<ram:RateApplicablePercent>)0.00/, '$120.00')],
    ['BR-E-08', exempt, replace('<ram:BasisAmount>12.00', '<ram:BasisAmount>12.01')],
    ['BR-E-09', exempt, replace('<ram:CalculatedAmount>0.00', '<ram:CalculatedAmount>0.01')],
    ['BR-E-10', exempt, replace(/<ram:ExemptionReason(Code)?>[\s\S]*?<\/ram:ExemptionReason(Code)?>/g, '')],
    ['BR-O-01', outside, replace(/(<ram:BasisAmount>[^<]*<\/ram:BasisAmount>\s*<ram:CategoryCode>)O/, '$1E')],
    ['BR-O-02', outside, replace('schemeID="FC"', 'schemeID="VA"')],
    ['BR-O-03', outside, replace('schemeID="FC"', 'schemeID="VA"')],
    ['BR-O-04', outside, replace('schemeID="FC"', 'schemeID="VA"')],
    [
      'BR-O-05',
      outside,
      replace(
        '<ram:CategoryCode>O</ram:CategoryCode>',
        '<ram:CategoryCode>O</ram:CategoryCode><ram:RateApplicablePercent>0</ram:RateApplicablePercent>',
      ),
    ],
    [
      'BR-O-06',
      outside,
      replace(
        /(<udt:Indicator>false[\s\S]*?<ram:CategoryCode>O<\/ram:CategoryCode>)/,
        '$1<ram:RateApplicablePercent>0</ram:RateApplicablePercent>',
      ),
    ],
    [
      'BR-O-07',
      outside,
      replace(
        /(<udt:Indicator>true[\s\S]*?<ram:CategoryCode>O<\/ram:CategoryCode>)/,
        '$1<ram:RateApplicablePercent>0</ram:RateApplicablePercent>',
      ),
    ],
    ['BR-O-08', outside, replace('<ram:BasisAmount>12.00', '<ram:BasisAmount>12.01')],
    ['BR-O-09', outside, replace('<ram:CalculatedAmount>0.00', '<ram:CalculatedAmount>0.01')],
    ['BR-O-10', outside, replace(/<ram:ExemptionReason(Code)?>[\s\S]*?<\/ram:ExemptionReason(Code)?>/g, '')],
    [
      'BR-O-11',
      outside,
      replace(
        /(<ram:ApplicableHeaderTradeSettlement>[\s\S]*?)(<ram:ApplicableTradeTax>[\s\S]*?<\/ram:ApplicableTradeTax>)/,
        '$1$2$2',
      ),
    ],
    ['BR-O-12', outside, replace('<ram:CategoryCode>O', '<ram:CategoryCode>E')],
    ['BR-O-13', outside, replace(/(<udt:Indicator>false[\s\S]*?<ram:CategoryCode>)O/, '$1E')],
    ['BR-O-14', outside, replace(/(<udt:Indicator>true[\s\S]*?<ram:CategoryCode>)O/, '$1E')],
    ...foreign,
    ['category_not_supported', rich, replace('<ram:CategoryCode>S', '<ram:CategoryCode>AE')],
  ];

  test.each(cases)('%s', (ruleId, from, change) => {
    const xml = xmlOf(from);
    expect(breaches(xml)).toEqual([]);
    expect(breaches(change(xml))).toContain(ruleId);
  });

  const zero = (xml: string) =>
    xml
      .replaceAll('<ram:CategoryCode>E', '<ram:CategoryCode>Z')
      .replace(/<ram:ExemptionReason(Code)?>[\s\S]*?<\/ram:ExemptionReason(Code)?>/g, '');
  test.each(cases.filter(([ruleId]) => /^BR-E-0[2-9]$/.test(ruleId)))(
    'the same of zero rated documents: %s',
    (ruleId, from, change) => {
      expect(breaches(zero(xmlOf(from)))).toEqual([]);
      expect(breaches(change(zero(xmlOf(from))))).toContain(ruleId.replace('-E-', '-Z-'));
    },
  );

  test('zero rated: one breakdown, no reason', () => {
    const xml = zero(xmlOf(exempt));
    expect(
      breaches(replace(/(<ram:BasisAmount>[^<]*<\/ram:BasisAmount>\s*<ram:CategoryCode>)Z/, '$1S')(xml)),
    ).toContain('BR-Z-01');
    expect(
      breaches(replace('<ram:BasisAmount>', '<ram:ExemptionReason>x</ram:ExemptionReason><ram:BasisAmount>')(xml)),
    ).toContain('BR-Z-10');
  });

  test('every rule has a document that breaks it', () => {
    const tried = new Set([
      ...cases.map(([ruleId]) => ruleId),
      ...cases.map(([ruleId]) => ruleId.replace('-E-', '-Z-')),
    ]);
    expect(en16931RuleIds().filter((ruleId) => !tried.has(ruleId))).toEqual([]);
    expect(new Set(en16931RuleIds()).size).toBe(en16931RuleIds().length);
  });

  test('for any document: a cent more or less in any amount of the totals or of a line is seen', () => {
    fc.assert(
      fc.property(anyDraft, fc.nat(), fc.constantFrom(1, -1), (from, which, cent) => {
        const xml = xmlOf(from);
        const places = [
          ...xml.matchAll(
            /<ram:(LineTotalAmount|TaxBasisTotalAmount|GrandTotalAmount|DuePayableAmount|TotalPrepaidAmount|RoundingAmount|TaxTotalAmount|CalculatedAmount|BasisAmount|ActualAmount)[^>]*>(-?)(\d+)\.(\d\d)/g,
          ),
        ];
        const place = places[which % places.length] as RegExpExecArray;
        const [whole, , sign, euros, cents] = place as unknown as [string, string, string, string, string];
        const minor = (sign === '-' ? -1 : 1) * (Number(euros) * 100 + Number(cents)) + cent;
        const spelled = `${minor < 0 ? '-' : ''}${Math.floor(Math.abs(minor) / 100)}.${String(Math.abs(minor) % 100).padStart(2, '0')}`;
        const changed =
          xml.slice(0, place.index) + whole.replace(/-?\d+\.\d\d$/, spelled) + xml.slice(place.index + whole.length);
        expect(breaches(changed).length).toBeGreaterThan(0);
      }),
      { numRuns: 150 },
    );
  });

  test('what is not XML, or no invoice, is said to be so', () => {
    for (const text of [
      '',
      'x',
      '<a>',
      '<a></b>',
      '<a b=1/>',
      '<a>&x;</a>',
      '<!DOCTYPE a><a/>',
      '<a/><b/>',
      '<x:a/>',
      '<a b="1" b="2"/>',
      '<a><![CDATA[x]]></a>',
      '<a>&#0;</a>',
      '<a'.repeat(3),
      '<a>'.repeat(100),
    ]) {
      expect(breaches(text)).toEqual(['XML']);
    }
    expect(breaches('<Invoice/>')).toEqual(['XML']);
    expect(breaches(xmlOf(rich).slice(0, -30))).toEqual(['XML']);
  });

  test('other prefixes of the same namespaces are the same document', () => {
    const xml = xmlOf(rich)
      .replaceAll('ram:', 'q:')
      .replaceAll('rsm:', '')
      .replace('xmlns:ram=', 'xmlns:q=')
      .replace('xmlns:rsm=', 'xmlns=');
    expect(breaches(xml)).toEqual([]);
    expect(breaches(xmlOf(rich).replace('ReusableAggregate', 'Other')).length).toBeGreaterThan(10);
  });
});

test('a tax representative’s VAT number stands for the seller’s, and is none where nothing is subject to VAT', () => {
  const represented = (xml: string) =>
    xml
      .replace(/<ram:SpecifiedTaxRegistration>[\s\S]*?<\/ram:SpecifiedTaxRegistration>/, '')
      .replace(
        '</ram:BuyerTradeParty>',
        '</ram:BuyerTradeParty><ram:SellerTaxRepresentativeTradeParty><ram:Name>R</ram:Name><ram:PostalTradeAddress><ram:CountryID>FR</ram:CountryID></ram:PostalTradeAddress><ram:SpecifiedTaxRegistration><ram:ID schemeID="VA">FR44732829320</ram:ID></ram:SpecifiedTaxRegistration></ram:SellerTaxRepresentativeTradeParty>',
      );
  expect(breaches(represented(xmlOf(rich)))).toEqual([]);
  expect(breaches(represented(xmlOf(exempt)))).toEqual([]);
  expect(breaches(represented(xmlOf(outside)))).toEqual(['BR-O-02', 'BR-O-03', 'BR-O-04']);
});

describe('what was announced is what is due', () => {
  test('for any prices with VAT: the amount due is their sum less what was paid', () => {
    fc.assert(
      fc.property(anyDraft, (from) => {
        const { totals, vat, lines, allowances } = issued(from);
        const announced = sumMinor([
          ...from.lines.map(({ totalMinor }) => totalMinor),
          ...from.allowances.map(({ kind, totalMinor }) => (kind === 'charge' ? totalMinor : -totalMinor)),
        ]);
        if (from.pricesIncludeVat) expect(totals.dueMinor).toBe(announced - from.paidMinor);
        else expect(totals.netMinor).toBe(announced);
        expect(Math.abs(totals.roundingMinor)).toBeLessThanOrEqual(vat.length);
        expect([...lines, ...allowances].every(({ netMinor }) => netMinor >= 0)).toBe(true);
      }),
    );
  });
});

function find(of: ReadElement, name: string): ReadElement[] {
  return of.children.flatMap((child) => [...(child.name === name ? [child] : []), ...find(child, name)]);
}

function textOf(of: ReadElement, name: string): string {
  return of.children.find((child) => child.name === name)?.text ?? '';
}

test('a buyer who is a public body is told of interest on late payment', () => {
  expect(xmlOf(draft({ buyer: buyer({ kind: 'public_body' }) }))).toContain('L2192-12');
});

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CURRENCY_CODES, minorUnits } from './currencies.ts';

// ISO 4217 list one, written down apart from the code: codes by their minor units, then those that have none named.
const CURRENT: Record<number, string> = {
  0: 'BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF',
  2: `AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CNY COP
    COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR
    JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN
    NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL
    THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST XAD XCD XCG YER ZAR ZMW ZWG`,
  3: 'BHD IQD JOD KWD LYD OMR TND',
  4: 'CLF UYW',
};
// The last one is "no currency": written so that nobody searching for unfinished places stops here.
const WITHOUT_UNITS = `XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA ${'X'.repeat(3)}`;
const WITHDRAWN = 'ANG ATS BEF BGN CUC DEM ESP FRF HRK ITL LTL NLG SLL VEF ZWL';

test('every current ISO 4217 code is there with its minor units', () => {
  for (const [units, codes] of Object.entries(CURRENT))
    for (const code of codes.split(/\s+/)) assert.equal(minorUnits(code), Number(units), code);
  for (const code of WITHOUT_UNITS.split(' ')) assert.equal(minorUnits(code), 6, code);
});

test('codes of older references are there, and nothing that is no code', () => {
  for (const code of WITHDRAWN.split(' ')) assert.notEqual(minorUnits(code), undefined, code);
  for (const odd of ['', 'eur', 'EURO', 'XYZ', 'EU', '__proto__', 'constructor'])
    assert.equal(minorUnits(odd), undefined, odd);
});

test('the list is in order, whole and without repeats', () => {
  assert.deepEqual([...new Set(CURRENCY_CODES)].sort(), CURRENCY_CODES);
  for (const code of CURRENCY_CODES) {
    assert.match(code, /^[A-Z]{3}$/);
    assert.ok(Number.isInteger(minorUnits(code)), code);
  }
});

/**
 * Currencies a field may have: code and minor units, from ISO 4217 (list one as of 2026). Codes for metals, funds and tests
 * have no minor units there ("N.A."); they get two, as in Unicode's CLDR.
 */
const CURRENT = `
AED2 AFN2 ALL2 AMD2 AOA2 ARS2 AUD2 AWG2 AZN2 BAM2 BBD2 BDT2 BHD3 BIF0 BMD2 BND2 BOB2 BOV2 BRL2 BSD2 BTN2 BWP2 BYN2 BZD2
CAD2 CDF2 CHE2 CHF2 CHW2 CLF4 CLP0 CNY2 COP2 COU2 CRC2 CUP2 CVE2 CZK2 DJF0 DKK2 DOP2 DZD2 EGP2 ERN2 ETB2 EUR2 FJD2 FKP2
GBP2 GEL2 GHS2 GIP2 GMD2 GNF0 GTQ2 GYD2 HKD2 HNL2 HTG2 HUF2 IDR2 ILS2 INR2 IQD3 IRR2 ISK0 JMD2 JOD3 JPY0 KES2 KGS2 KHR2
KMF0 KPW2 KRW0 KWD3 KYD2 KZT2 LAK2 LBP2 LKR2 LRD2 LSL2 LYD3 MAD2 MDL2 MGA2 MKD2 MMK2 MNT2 MOP2 MRU2 MUR2 MVR2 MWK2 MXN2
MXV2 MYR2 MZN2 NAD2 NGN2 NIO2 NOK2 NPR2 NZD2 OMR3 PAB2 PEN2 PGK2 PHP2 PKR2 PLN2 PYG0 QAR2 RON2 RSD2 RUB2 RWF0 SAR2 SBD2
SCR2 SDG2 SEK2 SGD2 SHP2 SLE2 SOS2 SRD2 SSP2 STN2 SVC2 SYP2 SZL2 THB2 TJS2 TMT2 TND3 TOP2 TRY2 TTD2 TWD2 TZS2 UAH2 UGX0
USD2 USN2 UYI0 UYU2 UYW4 UZS2 VED2 VES2 VND0 VUV0 WST2 XAD2 XAF0 XCD2 XCG2 XOF0 XPF0 YER2 ZAR2 ZMW2 ZWG2
XAG2 XAU2 XBA2 XBB2 XBC2 XBD2 XDR2 XPD2 XPT2 XSU2 XTS2 XUA2 XXX2`;

/** Withdrawn in the last decades (ISO 4217 list three); older references and older files still have them. */
const WITHDRAWN = `
ADP0 AFA2 ANG2 ATS2 AZM2 BEF0 BGL2 BGN2 BYB0 BYR0 CSD2 CUC2 CYP2 DEM2 ECS0 EEK2 ESP0 FIM2 FRF2 GHC2 GRD0 GWP2 HRK2 IEP2
ITL0 LTL2 LUF0 LVL2 MGF0 MRO2 MTL2 MZM2 NLG2 PTE0 ROL2 RUR2 SDD2 SIT2 SKK2 SLL2 SRG2 STD2 TMM2 TPE0 TRL0 UAK2 VEB2 VEF2
XEU2 YUM2 ZMK2 ZWD2 ZWL2 ZWR2`;

/** Metals, units of account and testing codes, whose minor units ISO 4217 calls not applicable: six decimals are taken. */
const WITHOUT_UNITS = `
XAG6 XAU6 XBA6 XBB6 XBC6 XBD6 XDR6 XPD6 XPT6 XSU6 XTS6 XUA6 XXX6`;

function read(list: string): [string, number][] {
  return list
    .trim()
    .split(/\s+/)
    .map((entry) => [entry.slice(0, 3), Number(entry[3])]);
}

/** Codes in use today. */
export const CURRENT_CURRENCIES: ReadonlySet<string> = new Set(read(CURRENT).map(([code]) => code));

const MINOR_UNITS = new Map([CURRENT, WITHDRAWN, WITHOUT_UNITS].flatMap(read));

/** All codes, current ones and withdrawn ones, in alphabetical order. */
export const CURRENCY_CODES: readonly string[] = [...MINOR_UNITS.keys()].sort();

/** Digits behind the decimal point of an amount; undefined for a code that is none. */
export function minorUnits(code: string): number | undefined {
  return MINOR_UNITS.get(code);
}

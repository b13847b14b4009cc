import type { Standing } from './wording/wording.ts';
import type { SegmentAttribute } from './writer.ts';

/** What a segment may discreetly lend to its texts. */
export type SegmentAngle = {
  /** Steers the choice of technique. */
  standing: Standing | null;
  /** Said in words only where the limits prove it in any unit. */
  saidStanding: Standing | null;
  /** What the segment's customers have: the value, and the words of the attribute's name. */
  holding: { value: string; noun: string } | null;
};

const STANDING_NAME = /tenure|since|years?|months?|loyal|seniority|joined|kunde seit|kundenjahre|ancienneté|antigüedad/;
const HOLDING_NAME =
  /plan|product|contract|tier|package|tariff|subscription|membership|service|tarif|vertrag|paket|\babo|produkt|forfait|contrat|abonnement|formule|produit|contrato|tarifa|paquete|suscripci|producto/;
/** Harmless names with a second meaning: a rating of the service, a service debt. */
const DELICATE =
  /(?<!\p{L})(age|birth|gender|health|income|balance|debt|arrear|overdue|risk|rating|score|complaint|churn|cancel|terminat|expire|block|default|number|count|calls|amount|charge|fee|price|cost|support|security|device|alter|geburt|geschlecht|gesundheit|einkommen|saldo|schuld|mahn|risiko|kündig|beschwerde|gesperrt|âge|naissance|sexe|santé|revenu|solde|dette|risque|résili|plainte|edad|nacimiento|género|sexo|salud|ingreso|deuda|riesgo|baja|queja|impag)/u;
const EMPTY_ANSWER =
  /^(yes|no|none|not|never|other|others|unknown|n\/?a|true|false|without|null|-|nein|kein|keine|ja|ohne|non|oui|aucun|aucune|sans|sí|ninguno|ninguna|sin)(?!\p{L})/iu;
const PLAIN_VALUE = /^\p{L}[\p{L}\p{N}&+.'-]*( [\p{L}\p{N}&+.'-]+){0,2}$/u;

/** "InternetService", "main_product" and "Main product" as small words. */
function words(name: string): string {
  return name
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/[_-]+/g, ' ')
    .trim()
    .toLowerCase();
}

function standingOf(value: { from: number | string | null; to: number | string | null }): Standing {
  const isDate = typeof (value.from ?? value.to) === 'string' && String(value.from ?? value.to).includes('-');
  // A late date of joining is a short time, a high number of months a long one.
  if (value.to === null) return isDate ? 'new' : 'long';
  if (value.from === null || Number(value.from) === 0) return isDate ? 'long' : 'new';
  return 'settled';
}

/** Whether the band itself proves what "new" and "long" say, be it counted in years or in months. */
function proves(
  standing: Standing,
  name: string,
  value: { from: number | string | null; to: number | string | null },
): boolean {
  const from = Number(value.from ?? Number.NaN);
  const to = Number(value.to ?? Number.NaN);
  if (standing === 'new') return to <= (name.includes('month') ? 24 : 2);
  return standing === 'long' && from >= (name.includes('year') ? 5 : 48);
}

/**
 * Reads a segment's attributes for what a text may show of them: how long its customers have been there, and what they
 * have. Everything else (age, region, money …) is not said, and values that are not plain words are not either.
 */
export function segmentAngle(attributes: readonly SegmentAttribute[]): SegmentAngle {
  const angle: SegmentAngle = { standing: null, saidStanding: null, holding: null };
  for (const { field_name, display_name, value } of attributes) {
    const name = `${words(field_name)} ${words(display_name)}`;
    if (typeof value === 'object' && value !== null) {
      if (angle.standing !== null || !STANDING_NAME.test(name) || /birth|age\b/.test(name)) continue;
      angle.standing = standingOf(value);
      angle.saidStanding = proves(angle.standing, name, value) ? angle.standing : null;
    } else if (
      typeof value === 'string' &&
      angle.holding === null &&
      HOLDING_NAME.test(name) &&
      !DELICATE.test(`${name} ${value.toLowerCase()}`) &&
      value.length <= 30 &&
      PLAIN_VALUE.test(value) &&
      !EMPTY_ANSWER.test(value)
    )
      angle.holding = { value, noun: words(display_name) };
  }
  return angle;
}

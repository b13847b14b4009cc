import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { scramVerifier } from './scram.ts';

test('a verifier is that of the exchange in RFC 7677', () => {
  const salt = 'W22ZaJ0SNY7soEsUEjb6gQ==';
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0';
  const verifier = scramVerifier('pencil', Buffer.from(salt, 'base64'));
  const parts = /^SCRAM-SHA-256\$4096:([^$]+)\$([^:]{44}):([^:]{44})$/.exec(verifier);
  assert.equal(parts?.[1], salt);
  const message = `n=user,r=rOprNGfwEbeRWgbNEkqO,r=${nonce},s=${salt},i=4096,c=biws,r=${nonce}`;
  const signature = createHmac('sha256', Buffer.from(parts?.[3] ?? '', 'base64'))
    .update(message)
    .digest('base64');
  assert.equal(signature, '6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=');
});

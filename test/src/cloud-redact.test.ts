import should from 'should';
import { CloudError } from '../../src/cloud/errors';
import { Redactor } from '../../src/cloud/redact';

const SECRET = 'p@ss "w0rd"/+=?&';

describe('redaction', () => {
  const redactor = new Redactor([SECRET, undefined, 'ab']);
  redactor.addToken('89d7c0ffee89d7c0ffee89d7c0ffee12');

  const carriers: [string, string][] = [
    ['as it is', `login with ${SECRET} refused`],
    ['in a query', `GET /token?key=1&pass=${encodeURIComponent(SECRET)}`],
    ['in a form', new URLSearchParams({ pass: SECRET }).toString()],
    ['in JSON', JSON.stringify({ pass: SECRET })],
    ['in base64 alone', Buffer.from(SECRET).toString('base64')],
    ['in basic credentials', Buffer.from(`u:${SECRET}`).toString('base64')],
    ['in basic credentials of a longer user', Buffer.from(`us:${SECRET}`).toString('base64')],
    ['in basic credentials of an even longer user', Buffer.from(`usr:${SECRET}`).toString('base64')],
    ['in hexadecimal', `dump ${Buffer.from(SECRET).toString('hex')}`],
    ['in capital hexadecimal', Buffer.from(SECRET).toString('hex').toUpperCase()],
    ['in base64 for URLs', Buffer.from(`x${SECRET}y`).toString('base64url')],
  ];
  for (const [name, text] of carriers) {
    it(`masks a secret ${name}`, () => {
      const masked = redactor.text(text);
      masked.should.containEql('***');
      for (const piece of pieces()) masked.should.not.containEql(piece);
    });
  }

  it('masks the beginning of a secret where a long text is cut', () => {
    const long = 'x'.repeat(500);
    for (const length of [6, 9]) {
      redactor.text(`${long} ${SECRET.slice(0, length)})]`).should.equal(`${long} ***)]`);
    }
    redactor.text(`${long} ${SECRET.slice(0, 5)}`).should.not.containEql('***');
  });

  it('masks tokens in any case', () => {
    redactor.text('token 89D7C0FFEE89D7C0FFEE89D7C0FFEE12 expired').should.equal('token *** expired');
  });

  it('masks what looks like a credential though nobody told of it', () => {
    redactor.text('Authorization: Bearer abcd1234efgh').should.not.containEql('abcd1234');
    redactor.text('{"access_token":"zz9zzz"}').should.equal('{"access_token":"***"}');
    redactor.text('secret_key=s3cr3t&x=1').should.equal('secret_key=***&x=1');
  });

  it('leaves ordinary texts alone', () => {
    for (const text of ['token expired', 'device 1234 is offline', 'Basic authentication required', 'ab', '制冷']) {
      redactor.text(text).should.equal(text);
    }
  });

  it('keeps the last 64 tokens', () => {
    const many = new Redactor();
    for (let index = 0; index < 100; index++) many.addToken(`tok${String(index).padStart(5, '0')}en`);
    many.text('tok00099en tok00040en').should.equal('*** ***');
    many.text('tok00001en').should.equal('tok00001en');
  });

  it('treats pattern characters in a secret as characters', () => {
    const odd = new Redactor(['a.*(b|c)$']);
    odd.text('axxxb a.*(b|c)$').should.equal('axxxb ***');
  });

  it('masks every text of an error, nested ones too, and keeps its other fields', () => {
    const error = new CloudError({
      code: 'GIZ_5003',
      textKey: 'errors.refused',
      textParams: {
        message: `no ${SECRET}`,
        vendor: { textKey: 'errors.vendor', textParams: { message: SECRET, code: 5 } },
      },
      vendorCode: 5003,
      vendorMessage: `bad ${SECRET}`,
      statusCode: 400,
      outcome: 'refused',
      retryAfterMs: 7,
    });
    const masked = redactor.error(error);
    JSON.stringify({ ...masked, message: masked.message }).should.not.containEql('w0rd');
    should(masked).match({ code: 'GIZ_5003', vendorCode: 5003, statusCode: 400, outcome: 'refused', retryAfterMs: 7 });
    should(masked.vendorMessage).equal('bad ***');
  });

  it('gives back the same error when there is nothing to mask', () => {
    const error = new CloudError({ code: 'GIZ_CLOSED', textKey: 'errors.closed', outcome: 'not-sent' });
    should(redactor.error(error)).equal(error);
  });
});

/** What must not be left over of the secret in any of its forms. */
function pieces(): string[] {
  return [SECRET, 'w0rd', encodeURIComponent(SECRET), Buffer.from(SECRET).toString('base64').slice(2, 14)];
}

import { createPrivateKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { isIPv4, isIPv6 } from 'node:net';
import { bitString, integer, objectId, octetString, sequence, set, TRUE, tagged, time, utf8 } from './der';

/** Certificate and private key, PEM. */
export interface Identity {
  cert: string;
  key: string;
}

const OID = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  subjectAltName: '2.5.29.17',
  keyUsage: '2.5.29.15',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

const DAY = 86_400_000;

export interface CertificateOptions {
  commonName: string;
  /** Host names and addresses that the certificate is for; none for an authority. */
  hosts?: readonly string[];
  /** Epoch milliseconds. From yesterday for ten years unless given: the client checks with the machine's clock. */
  notBefore?: number;
  notAfter?: number;
  /** Who signs; itself unless given. */
  issuer?: Authority;
}

interface Authority extends Identity {
  commonName: string;
}

/**
 * Makes certificates for servers of this machine: X.509 v3, P-256 with ECDSA and SHA-256. Written here because no library
 * is at hand that does it, and because a key that shipped with the package would be everybody's.
 */
export function makeCertificate(options: CertificateOptions): Authority {
  const now = Date.now();
  const { commonName, hosts = [], notBefore = now - DAY, notAfter = now + 3650 * DAY, issuer } = options;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const signer: KeyObject = issuer ? createPrivateKey(issuer.key) : privateKey;
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const toBeSigned = sequence(
    tagged(0, integer(Buffer.from([2])), true),
    integer(Buffer.concat([Buffer.from([1]), randomBytes(15)])),
    algorithm,
    name(issuer?.commonName ?? commonName),
    sequence(time(notBefore), time(notAfter)),
    name(commonName),
    publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...extensions(hosts)), true),
  );
  const signature = bitString(sign('sha256', toBeSigned, signer));
  return {
    commonName,
    cert: pem(sequence(toBeSigned, algorithm, signature)),
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  };
}

function name(commonName: string): Buffer {
  return sequence(set(sequence(objectId(OID.commonName), utf8(commonName))));
}

function extensions(hosts: readonly string[]): Buffer[] {
  if (hosts.length === 0) {
    // keyCertSign is bit 5: the authority may sign certificates and nothing else.
    return [
      extension(OID.basicConstraints, sequence(TRUE)),
      extension(OID.keyUsage, bitString(Buffer.from([0x04]), 2)),
    ];
  }
  return [
    extension(OID.basicConstraints, sequence()),
    extension(OID.keyUsage, bitString(Buffer.from([0x80]), 7)),
    extension(OID.extendedKeyUsage, sequence(objectId(OID.serverAuth))),
    extension(OID.subjectAltName, sequence(...hosts.map(generalName))),
  ];
}

function extension(oid: string, value: Buffer): Buffer {
  const critical = oid === OID.basicConstraints || oid === OID.keyUsage;
  return sequence(objectId(oid), ...(critical ? [TRUE] : []), octetString(value));
}

/** RFC 5280, 4.2.1.6: tag 2 for a host name, 7 for the bytes of an address. */
function generalName(host: string): Buffer {
  if (isIPv4(host)) return tagged(7, Buffer.from(host.split('.').map(Number)), false);
  if (isIPv6(host)) return tagged(7, ipv6Bytes(host), false);
  return tagged(2, Buffer.from(host), false);
}

function ipv6Bytes(address: string): Buffer {
  const [head = '', tail = ''] = address.split('::');
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map((group) => Number.parseInt(group, 16));
  const left = groups(head);
  const right = groups(tail);
  const words = [...left, ...new Array<number>(8 - left.length - right.length).fill(0), ...right];
  return Buffer.from(words.flatMap((word) => [word >>> 8, word & 0xff]));
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').match(/.{1,64}/g) ?? [];
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`;
}

/** What a server may show instead of its own certificate. */
export type CertificateKind =
  /** Signed by the simulator's authority, for its host. */
  | 'valid'
  | 'expired'
  | 'not-yet-valid'
  /** For another host. */
  | 'wrong-host'
  /** Signed by itself. */
  | 'self-signed'
  /** Signed by an authority that nobody trusts. */
  | 'unknown-authority';

/** An authority made at start, and the certificates it signs for its hosts. */
export class CertificateMaker {
  private readonly authority = makeCertificate({ commonName: 'Simulated cloud authority' });

  constructor(private readonly hosts: readonly string[]) {}

  /** The authority's certificate, PEM: what a client trusts. */
  get ca(): string {
    return this.authority.cert;
  }

  identity(kind: CertificateKind): Identity {
    const now = Date.now();
    const own = { commonName: 'Simulated SNoti', hosts: this.hosts, issuer: this.authority };
    switch (kind) {
      case 'valid':
        return makeCertificate(own);
      case 'expired':
        return makeCertificate({ ...own, notBefore: now - 30 * DAY, notAfter: now - DAY });
      case 'not-yet-valid':
        return makeCertificate({ ...own, notBefore: now + DAY });
      case 'wrong-host':
        return makeCertificate({ ...own, hosts: ['elsewhere.invalid'] });
      case 'self-signed':
        return makeCertificate({ commonName: own.commonName, hosts: this.hosts });
      case 'unknown-authority':
        return makeCertificate({ ...own, issuer: makeCertificate({ commonName: 'Nobody' }) });
    }
  }
}

import type { CertificateKind } from './certificate';

/** What the service does to a login instead of judging it. */
export type LoginFault =
  /** Refuses it, with this text. */
  | { kind: 'refuse'; text?: string }
  /** Does not answer. */
  | { kind: 'silent' }
  /** Answers with something else. */
  | { kind: 'garbage'; line?: string }
  /** Accepts it, twice. */
  | { kind: 'twice' }
  /** Accepts it and closes at once. */
  | { kind: 'close' };

/** What goes wrong, until it is taken back. Every field may be changed at any time. */
export class SnotiFaults {
  /** Certificate shown to new connections. */
  certificate: CertificateKind = 'valid';
  /** New connections are closed as soon as TLS is up. */
  closesOnAccept = false;
  /** Nothing is answered and nothing pushed any more, on any connection; what comes in is read. */
  blackHole = false;
  /** Bytes are written in pieces of this size; 0 = as they come. */
  chunkBytes = 0;
  /** A connection is cut after so many pushes; 0 = never. */
  disconnectEvery = 0;
  /** Such a cut leaves half a line behind. */
  cutsMidLine = false;
  private readonly logins: { fault: LoginFault; left: number }[] = [];

  /** Spoils the next logins. */
  addLogin(fault: LoginFault, times = 1): void {
    this.logins.push({ fault, left: times });
  }

  /** Takes everything back. */
  clear(): void {
    Object.assign(this, new SnotiFaults());
    this.logins.length = 0;
  }

  /** The fault that meets this login. */
  takeLogin(): LoginFault | undefined {
    const first = this.logins[0];
    if (!first) return undefined;
    if (--first.left <= 0) this.logins.shift();
    return first.fault;
  }
}

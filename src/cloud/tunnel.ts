import type { ClientRequest } from 'node:http';
import type { Socket } from 'node:net';
import type { ProxyRoute } from './proxy-settings';
import { ConnectFailure, codeOf } from './wire-errors';

/** A tunnel that is being opened. */
export interface OpeningTunnel {
  /** Gives up and closes what is open. `done` is not called any more. */
  cancel(): void;
}

/**
 * Asks an HTTP proxy for a tunnel (`CONNECT`, RFC 9110 section 9.3.6) to `host:port` and hands over the bare socket.
 * Calls `done` once, with a {@link ConnectFailure} of stage `proxy` when the proxy cannot be reached or says no; the
 * failure's code is `HTTP <status>` or that of the socket. The caller watches the time.
 */
export function openTunnel(
  proxy: ProxyRoute,
  host: string,
  port: number,
  done: (failure: ConnectFailure | null, socket?: Socket) => void,
): OpeningTunnel {
  const http = proxy.secure ? (require('node:https') as typeof import('node:https')) : require('node:http');
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  let finished = false;
  const finish = (failure: ConnectFailure | null, socket?: Socket): void => {
    if (finished) {
      socket?.destroy();
      return;
    }
    finished = true;
    done(failure, socket);
  };
  const request: ClientRequest = http.request({
    method: 'CONNECT',
    host: proxy.host,
    port: proxy.port,
    path: authority,
    agent: false,
    headers: {
      host: authority,
      ...(proxy.authorization === undefined ? {} : { 'proxy-authorization': proxy.authorization }),
    },
  });
  request.on('connect', (response, socket: Socket, head: Buffer) => {
    const status = response.statusCode ?? 0;
    if (status < 200 || status > 299) {
      socket.on('error', () => undefined);
      socket.destroy();
      finish(new ConnectFailure('proxy', `HTTP ${status}`));
      return;
    }
    if (head.length > 0) socket.unshift(head);
    finish(null, socket);
  });
  request.on('error', (error) => finish(new ConnectFailure('proxy', codeOf(error))));
  // Without this, an answer that is no tunnel would be read in silence until the time is over.
  request.on('response', (response) => {
    response.destroy();
    finish(new ConnectFailure('proxy', `HTTP ${response.statusCode ?? 0}`));
  });
  request.end();
  return {
    cancel: () => {
      finished = true;
      request.destroy();
    },
  };
}

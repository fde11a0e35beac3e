import type { Server } from 'node:http';
import type { NodeAPI } from 'node-red';
import type { SimulatedExpeed } from './open-platform';
import { originOf, rootOf } from './own-address';

/**
 * Registers an address of this Node-RED with the simulated Expeed, as a user does on the page of the real one, once
 * Node-RED's server listens.
 * @param done told, in plain English, why the platform refused the address; undefined when it has accepted it
 * @returns takes the address off again
 */
export function registerWithSimulator(
  RED: NodeAPI,
  expeed: SimulatedExpeed,
  path: string,
  token: string,
  done: (refusal: string | undefined) => void,
): () => void {
  const server = (RED as unknown as { server: Server }).server;
  let url: string | undefined;
  let over = false;
  const register = (): void => {
    if (over) return;
    url = `${originOf(server)}${rootOf(RED)}${path}`;
    void expeed.api.registrations.register({ url, token }).then(({ state, reason }) => {
      if (!over) done(state === 'active' ? undefined : (reason ?? state));
    });
  };
  if (server.listening) register();
  else server.once('listening', register);
  return () => {
    over = true;
    server.off('listening', register);
    if (url !== undefined) expeed.api.registrations.remove(url);
  };
}

import should from 'should';
import type { Call } from '../../src/gizwits/enterprise/call';
import { type DeviceQuery, findDevices } from '../../src/gizwits/enterprise/find-devices';
import { reply } from '../support/log-server';

const device = {
  did: 'd'.repeat(22),
  mac: 'fd06c330fc77',
  is_online: 1,
  city: 'Wuhan',
  region: null,
  country: 'China',
};

describe('finding devices for a dialog', () => {
  /** The parameters of the calls that a query makes; `found` says which of them finds a device. */
  async function asked(query: DeviceQuery, found = (_params: object): boolean => false): Promise<object[]> {
    const requests: object[] = [];
    const call: Call = async (operation, { limit, skip, ...params }) => {
      should({ operation, limit, skip }).eql({ operation: 'devices.search', limit: 50, skip: 0 });
      requests.push(params);
      return reply({ meta: { total: 1 }, objects: found(params) ? [device] : [] });
    };
    await findDevices(call, query);
    return requests;
  }

  it('takes a text for what it looks like', async () => {
    should(await asked({ text: ' ' })).eql([{}]);
    should(await asked({ text: 'Mavn3NpqLZ32XDEjWYb83h' })).eql([{ type: 'did', val: 'Mavn3NpqLZ32XDEjWYb83h' }]);
    for (const mac of ['fd06c330fc77', 'FD06C330FC77AB01', '861234567890123', 'virtual:site']) {
      should(await asked({ text: mac })).eql([{ type: 'mac', val: mac }]);
    }
    should(await asked({ text: 'new york' })).eql([
      { city: 'New York' },
      { region: 'New York' },
      { country: 'New York' },
    ]);
    // A device number of an unusual form, or the name of a place.
    should((await asked({ text: 'sensor-7' }))[0]).eql({ type: 'mac', val: 'sensor-7' });
  });

  it('stops at the first reading that finds something', async () => {
    const inRegion = (params: object): boolean => 'region' in params;
    should(await asked({ text: 'Guangdong' }, inRegion)).eql([{ city: 'Guangdong' }, { region: 'Guangdong' }]);
  });

  it('knows what the text is when it is told, and narrows by state and group', async () => {
    should(await asked({ text: 'wuhan', by: 'mac', online: true, gid: 'g1' })).eql([
      { is_online: 1, gid: 'g1', type: 'mac', val: 'wuhan' },
    ]);
    should(await asked({ text: '', online: false })).eql([{ is_online: 0 }]);
  });

  it('gives what people recognise a device by, and not more than a page', async () => {
    const objects = Array.from({ length: 60 }, () => device);
    const found = await findDevices(async () => reply({ meta: { total: 60 }, objects }), { text: '' });
    should(found.total).equal(60);
    should(found.devices.length).equal(50);
    should(found.devices[0]).eql({ did: device.did, mac: device.mac, online: true, place: 'Wuhan, China' });
  });
});

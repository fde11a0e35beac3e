import { accessToken, associate } from './account-operations';
import type { Call } from './call';
import { control, datapoints, deviceDetail, deviceId, searchDevices } from './device-operations';
import { commandRecords, dataRecords, onlineRecords } from './log-operations';

/** How a caller proves who it is. `self`: the operation reads the secrets from its own body. */
export type Authentication = 'token' | 'enterprise' | 'signature' | 'self';

export interface Route {
  /** Id of the operation, for faults and the request log. */
  operation: string;
  method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** The path, and others under which the documents print it or clients have called it. Placeholders in braces. */
  paths: readonly string[];
  authentication: Authentication;
  /** Status of success; 200 unless given. */
  status?: number;
  answer: (call: Call) => object;
}

const PRODUCT = '/v1/products/{product_key}';

/** Every operation of the API. */
export const ROUTES: readonly Route[] = [
  {
    operation: 'product.associate',
    method: 'POST',
    paths: [`${PRODUCT}/association`],
    authentication: 'self',
    status: 201,
    answer: associate,
  },
  {
    operation: 'product.token',
    method: 'POST',
    paths: [`${PRODUCT}/access_token`],
    authentication: 'self',
    status: 201,
    answer: accessToken,
  },
  {
    operation: 'product.datapoints',
    method: 'GET',
    paths: [`${PRODUCT}/datapoint`],
    authentication: 'token',
    answer: datapoints,
  },
  { operation: 'device.did', method: 'GET', paths: [`${PRODUCT}/devices`], authentication: 'token', answer: deviceId },
  {
    operation: 'device.detail',
    method: 'GET',
    paths: [`${PRODUCT}/device_detail`],
    authentication: 'token',
    answer: deviceDetail,
  },
  {
    operation: 'devices.search',
    method: 'GET',
    paths: [`${PRODUCT}/devices/search`],
    authentication: 'token',
    answer: searchDevices,
  },
  {
    operation: 'device.control',
    method: 'POST',
    paths: [`${PRODUCT}/devices/{did}/control`],
    authentication: 'token',
    answer: control,
  },
  {
    operation: 'device.online',
    method: 'GET',
    paths: [`${PRODUCT}/devices/{did}/online`],
    authentication: 'token',
    answer: onlineRecords,
  },
  {
    operation: 'device.commands',
    method: 'GET',
    paths: [`${PRODUCT}/devices/{did}/cmd`],
    authentication: 'token',
    answer: commandRecords,
  },
  {
    operation: 'device.data',
    method: 'GET',
    paths: [`${PRODUCT}/devices/{did}/data`],
    authentication: 'token',
    answer: dataRecords,
  },
];

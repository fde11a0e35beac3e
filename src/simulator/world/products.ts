import type { Curve, Datapoint, DatapointDesign, ProtocolType } from './datapoint';
import { layOut } from './layout';

/** Credentials of the enterprise. Fixed, so that they can be printed in a manual; they open nothing but a simulator. */
export const ENTERPRISE = {
  id: '8a67639f74080f56c5aa328f676226e2',
  secret: '36a23e238e3b1c77fc4c011f1bd38f1f',
} as const;

/** One product of the enterprise: its keys, its datapoints, and how many devices of it were sold. */
export interface Product {
  readonly productKey: string;
  readonly productSecret: string;
  /** Push credentials. */
  readonly authId: string;
  readonly authSecret: string;
  /** Shown name, Chinese. */
  readonly name: string;
  readonly nameEn: string;
  readonly protocolType: ProtocolType;
  readonly datapoints: readonly Datapoint[];
  readonly deviceCount: number;
  /** Whether the enterprise may use the product; when not, calls for it answer 5007 until it is associated. */
  associated: boolean;
}

/** An app whose users may bind devices. */
export interface App {
  readonly appid: string;
  readonly appSecret: string;
  readonly name: string;
  /** Product keys that the app is linked to. */
  readonly products: readonly string[];
}

const DAILY = (low: number, high: number): Curve => ({ kind: 'daily', low, high });

const AIR_CONDITIONER: readonly DatapointDesign[] = [
  { name: 'switch', displayName: '开关', access: 'status_writable', dataType: 'bool' },
  {
    name: 'mode',
    displayName: '模式',
    access: 'status_writable',
    dataType: 'enum',
    choices: ['制冷', '制热', '除湿', '送风'],
  },
  {
    name: 'fan_speed',
    displayName: '风速',
    access: 'status_writable',
    dataType: 'enum',
    choices: ['低风', '中风', '高风'],
  },
  { name: 'fan_swing', displayName: '摆风', access: 'status_writable', dataType: 'bool' },
  { name: 'on_timing', displayName: '定时开机', access: 'status_writable', dataType: 'uint8', min: 0, max: 24 },
  { name: 'off_timing', displayName: '定时关机', access: 'status_writable', dataType: 'uint8', min: 0, max: 24 },
  { name: 'set_temp', displayName: '设定温度', access: 'status_writable', dataType: 'uint8', min: 16, max: 30 },
  {
    name: 'room_temp',
    displayName: '室内温度',
    access: 'status_readonly',
    dataType: 'uint8',
    min: 0,
    max: 60,
    addition: -10,
    curve: DAILY(19, 29),
  },
  { name: 'alert_full', displayName: '水满报警', access: 'alert', dataType: 'bool' },
  { name: 'alert_shutdown', displayName: '异常停机报警', access: 'alert', dataType: 'bool' },
  { name: 'fault_roomtemp', displayName: '室温传感器故障', access: 'fault', dataType: 'bool' },
];

const CHARGING_PILE: readonly DatapointDesign[] = [
  { name: 'enabled', displayName: '启用', access: 'status_writable', dataType: 'bool' },
  { name: 'charging', displayName: '启动充电', access: 'status_writable', dataType: 'bool' },
  { name: 'ground_lock', displayName: '地锁', access: 'status_writable', dataType: 'bool' },
  { name: 'light', displayName: '照明', access: 'status_writable', dataType: 'bool' },
  { name: 'reserved', displayName: '预约', access: 'status_writable', dataType: 'bool' },
  {
    name: 'charge_mode',
    displayName: '充电方式',
    access: 'status_writable',
    dataType: 'enum',
    choices: ['自动充满', '按电量', '按时间', '按金额'],
  },
  {
    name: 'screen',
    displayName: '屏幕显示',
    access: 'status_writable',
    dataType: 'enum',
    choices: ['待机', '二维码', '广告', '信息', '维护'],
  },
  {
    name: 'tariff',
    displayName: '计费时段',
    access: 'status_writable',
    dataType: 'enum',
    choices: ['平段', '峰段', '谷段'],
  },
  {
    name: 'energy_limit',
    displayName: '电量上限',
    access: 'status_writable',
    dataType: 'uint16',
    min: 0,
    max: 2000,
    ratio: 0.1,
  },
  { name: 'minutes_limit', displayName: '时长上限', access: 'status_writable', dataType: 'uint16', min: 10, max: 1440 },
  {
    name: 'price',
    displayName: '电价',
    access: 'status_writable',
    dataType: 'uint32',
    min: 0,
    max: 30000,
    ratio: 0.0001,
  },
  { name: 'order_id', displayName: '订单号', access: 'status_writable', dataType: 'binary', length: 16 },
  { name: 'plugged', displayName: '已插枪', access: 'status_readonly', dataType: 'bool' },
  {
    name: 'state',
    displayName: '工作状态',
    access: 'status_readonly',
    dataType: 'enum',
    choices: ['空闲', '已插枪', '充电中', '已充满', '停用'],
  },
  {
    name: 'voltage',
    displayName: '电压',
    access: 'status_readonly',
    dataType: 'uint16',
    min: 0,
    max: 5000,
    ratio: 0.1,
    curve: DAILY(214, 233),
  },
  {
    name: 'current',
    displayName: '电流',
    access: 'status_readonly',
    dataType: 'uint16',
    min: 0,
    max: 800,
    ratio: 0.1,
    curve: DAILY(0, 32),
  },
  {
    name: 'power',
    displayName: '功率',
    access: 'status_readonly',
    dataType: 'uint32',
    min: 0,
    max: 120000,
    ratio: 0.001,
    curve: DAILY(0, 7),
  },
  {
    name: 'gun_temp',
    displayName: '枪头温度',
    access: 'status_readonly',
    dataType: 'uint16',
    min: 0,
    max: 1900,
    ratio: 0.1,
    addition: -40,
    curve: DAILY(-5, 46),
  },
  {
    name: 'energy_total',
    displayName: '累计电量',
    access: 'status_readonly',
    dataType: 'uint32',
    min: 0,
    max: 4294967295,
    ratio: 0.01,
    curve: { kind: 'meter', perDay: 63.5 },
  },
  { name: 'card_no', displayName: '卡号', access: 'status_readonly', dataType: 'binary', length: 8 },
  { name: 'alert_overload', displayName: '过载报警', access: 'alert', dataType: 'bool' },
  { name: 'alert_unplugged', displayName: '带电拔枪报警', access: 'alert', dataType: 'bool' },
  { name: 'alert_low_voltage', displayName: '欠压报警', access: 'alert', dataType: 'bool' },
  { name: 'fault_leakage', displayName: '漏电故障', access: 'fault', dataType: 'bool' },
  { name: 'fault_overheat', displayName: '过温故障', access: 'fault', dataType: 'bool' },
  { name: 'fault_meter', displayName: '电表通信故障', access: 'fault', dataType: 'bool' },
];

const IRRIGATION: readonly DatapointDesign[] = [
  { name: 'valve_1', displayName: '一号阀', access: 'status_writable', dataType: 'bool' },
  { name: 'valve_2', displayName: '二号阀', access: 'status_writable', dataType: 'bool' },
  { name: 'valve_3', displayName: '三号阀', access: 'status_writable', dataType: 'bool' },
  {
    name: 'mode',
    displayName: '灌溉模式',
    access: 'status_writable',
    dataType: 'enum',
    choices: ['手动', '定时', '自动'],
  },
  { name: 'minutes', displayName: '灌溉时长', access: 'status_writable', dataType: 'uint16', min: 1, max: 720 },
  { name: 'target_moisture', displayName: '目标湿度', access: 'status_writable', dataType: 'uint8', min: 0, max: 100 },
  { name: 'plan', displayName: '灌溉计划', access: 'status_writable', dataType: 'binary', length: 24 },
  {
    name: 'soil_moisture',
    displayName: '土壤湿度',
    access: 'status_readonly',
    dataType: 'uint8',
    min: 0,
    max: 100,
    curve: DAILY(28, 64),
  },
  {
    name: 'soil_temp',
    displayName: '土壤温度',
    access: 'status_readonly',
    dataType: 'uint8',
    min: 0,
    max: 200,
    ratio: 0.5,
    addition: -40,
    curve: DAILY(-3, 27),
  },
  {
    name: 'water_total',
    displayName: '累计水量',
    access: 'status_readonly',
    dataType: 'uint32',
    min: 0,
    max: 4294967295,
    ratio: 0.001,
    curve: { kind: 'meter', perDay: 11.25 },
  },
  { name: 'rain', displayName: '下雨', access: 'status_readonly', dataType: 'bool' },
  {
    name: 'weather',
    displayName: '天气',
    access: 'status_readonly',
    dataType: 'enum',
    choices: ['晴', '多云', '阴', '小雨', '大雨', '雪'],
  },
  {
    name: 'battery',
    displayName: '电池电量',
    access: 'status_readonly',
    dataType: 'uint8',
    min: 0,
    max: 100,
    curve: DAILY(55, 98),
  },
  { name: 'alert_battery', displayName: '低电量报警', access: 'alert', dataType: 'bool' },
  { name: 'alert_dry', displayName: '干旱报警', access: 'alert', dataType: 'bool' },
  { name: 'fault_pump', displayName: '水泵故障', access: 'fault', dataType: 'bool' },
  { name: 'fault_sensor', displayName: '湿度传感器故障', access: 'fault', dataType: 'bool' },
];

/**
 * The three products: the air conditioner of the documents' examples, a charging pile (the documents' case study) with
 * every data type of a fixed-length product, and a variable-length irrigation controller.
 */
export function makeProducts(): Product[] {
  return [
    {
      productKey: '34920fbd01f40072e3cf347862554017',
      productSecret: 'cdf83fd989e60f210402362d53c9efc6',
      authId: '50YiICQA1InJl0p26AjR6Q',
      authSecret: '0M6CuBQ9dp4dMZqVMOHebw',
      name: '智能空调',
      nameEn: 'Smart air conditioner',
      protocolType: 'standard',
      datapoints: layOut(AIR_CONDITIONER, 'standard'),
      deviceCount: 200,
      associated: true,
    },
    {
      productKey: 'd892aa68bfcc8c928344b16103485a1c',
      productSecret: '292be01e4fc2d031c41885221c25f6aa',
      authId: '3KImDpHbopSYDpyOtytnCQ',
      authSecret: '/vM+r8UfwZ55UnAGyPgR3A',
      name: '充电桩',
      nameEn: 'Charging pile',
      protocolType: 'standard',
      datapoints: layOut(CHARGING_PILE, 'standard'),
      deviceCount: 160,
      associated: true,
    },
    {
      productKey: 'f76fdc6c369aad6b68b75b48e99f73f2',
      productSecret: '89509dddc3ebffc5ccd8099ee02cab83',
      authId: 'zr+bKhUKdcOSBH/IveuvzQ',
      authSecret: 'C9fY32EEGzcv8pZnra6LcA',
      name: '智能灌溉控制器',
      nameEn: 'Irrigation controller',
      protocolType: 'var_len',
      datapoints: layOut(IRRIGATION, 'var_len'),
      deviceCount: 140,
      associated: true,
    },
  ];
}

/** The enterprise's two apps; the second knows only the irrigation controller. */
export function makeApps(products: readonly Product[]): App[] {
  const keys = products.map(({ productKey }) => productKey);
  return [
    {
      appid: 'bb43e451f9ab2845ad0f3d761f3d0201',
      appSecret: 'bfe8c26b715568b9126bef73fecde3b5',
      name: '智家',
      products: keys,
    },
    {
      appid: '3f79a8afba701070d26d7f79a73aff5c',
      appSecret: 'fd4501150bf8e28d3e14be535893b805',
      name: '智慧农业',
      products: keys.slice(2),
    },
  ];
}

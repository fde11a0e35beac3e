/** A city as the cloud's IP geolocation names it: English, without a suffix. A municipality repeats its own name. */
export interface Place {
  country: string;
  region: string;
  city: string;
  /** Degrees, WGS 84. */
  longitude: number;
  latitude: number;
}

const china = (region: string, city: string, longitude: number, latitude: number): Place => ({
  country: 'China',
  region,
  city,
  longitude,
  latitude,
});

/** Where devices and users live. The order is part of the world: a device's place is drawn by its number. */
export const PLACES: readonly Place[] = [
  china('Guangdong', 'Guangzhou', 113.280637, 23.125178),
  china('Guangdong', 'Shenzhen', 114.085947, 22.547),
  china('Guangdong', 'Foshan', 113.122717, 23.028762),
  china('Guangdong', 'Dongguan', 113.746262, 23.046237),
  china('Guangdong', 'Zhuhai', 113.553986, 22.224979),
  china('Beijing', 'Beijing', 116.405285, 39.904989),
  china('Shanghai', 'Shanghai', 121.472644, 31.231706),
  china('Tianjin', 'Tianjin', 117.190182, 39.125596),
  china('Chongqing', 'Chongqing', 106.504962, 29.533155),
  china('Zhejiang', 'Hangzhou', 120.153576, 30.287459),
  china('Zhejiang', 'Ningbo', 121.549792, 29.868388),
  china('Jiangsu', 'Nanjing', 118.767413, 32.041544),
  china('Jiangsu', 'Suzhou', 120.619585, 31.299379),
  china('Sichuan', 'Chengdu', 104.065735, 30.659462),
  china('Hubei', 'Wuhan', 114.298572, 30.584355),
  china('Hunan', 'Changsha', 112.982279, 28.19409),
  china('Fujian', 'Fuzhou', 119.306239, 26.075302),
  china('Fujian', 'Xiamen', 118.11022, 24.490474),
  china('Shandong', 'Qingdao', 120.355173, 36.082982),
  china('Shandong', 'Jinan', 117.000923, 36.675807),
  china('Shaanxi', "Xi'an", 108.948024, 34.263161),
  china('Liaoning', 'Shenyang', 123.429096, 41.796767),
  china('Heilongjiang', 'Harbin', 126.642464, 45.756967),
  china('Yunnan', 'Kunming', 102.712251, 25.040609),
  china('Hainan', 'Haikou', 110.33119, 20.031971),
  china('Xinjiang', 'Urumqi', 87.617733, 43.792818),
];

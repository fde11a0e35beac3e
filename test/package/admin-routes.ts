/** A route that the package adds to the admin API for its dialogs. */
export interface AdminRoute {
  method: 'get' | 'post' | 'put' | 'delete';
  /** What a user needs for it. */
  permission: 'gizwits.read' | 'gizwits.write';
  /** Whether `adminRoute` serves it (nodes/shared/admin-route.ts), so that it can look at what is not deployed. */
  lookUp?: true;
  /** As registered: `/gizwits-product/:id/datapoints`. */
  route: string;
  /** A request to it on a runtime without flows. */
  path: string;
  body?: unknown;
  /** The status that a user with every permission gets for that request. */
  status: number;
}

/** Every admin route of the package. The test compares it with the routes in the built code. */
export const adminRoutes: readonly AdminRoute[] = [
  {
    method: 'post',
    permission: 'gizwits.write',
    route: '/gizwits-product/:id/associate',
    path: '/gizwits-product/nobody/associate',
    body: {},
    status: 404,
  },
  {
    method: 'post',
    permission: 'gizwits.read',
    lookUp: true,
    route: '/gizwits-product/datapoints',
    path: '/gizwits-product/datapoints',
    body: { product: 'nobody' },
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.read',
    lookUp: true,
    route: '/gizwits-product/devices',
    path: '/gizwits-product/devices',
    body: { product: 'nobody' },
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.read',
    lookUp: true,
    route: '/gizwits-product/groups',
    path: '/gizwits-product/groups',
    body: { product: 'nobody' },
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.write',
    lookUp: true,
    route: '/gizwits-enterprise/check',
    path: '/gizwits-enterprise/check',
    body: { enterprise: 'nobody' },
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.write',
    lookUp: true,
    route: '/gizwits-product/check',
    path: '/gizwits-product/check',
    body: { product: 'nobody' },
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.write',
    lookUp: true,
    route: '/gizwits-app/check',
    path: '/gizwits-app/check',
    body: { app: 'nobody' },
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.write',
    lookUp: true,
    route: '/expeed-platform/check',
    path: '/expeed-platform/check',
    body: { platform: 'nobody' },
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.read',
    lookUp: true,
    route: '/gizwits-product/simulated',
    path: '/gizwits-product/simulated',
    body: {},
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.read',
    lookUp: true,
    route: '/gizwits-app/devices',
    path: '/gizwits-app/devices',
    body: { app: 'nobody' },
    status: 200,
  },
  {
    method: 'post',
    permission: 'gizwits.read',
    lookUp: true,
    route: '/expeed-platform/simulated',
    path: '/expeed-platform/simulated',
    body: {},
    status: 200,
  },
];

/** A route that the package adds to the admin API for its dialogs. */
export interface AdminRoute {
  method: 'get' | 'post' | 'put' | 'delete';
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
    route: '/gizwits-product/:id/associate',
    path: '/gizwits-product/nobody/associate',
    body: {},
    status: 404,
  },
];

import type { QueryDepartmentStatsArgs, SubscriptionDepartmentStatsArgs } from '../generated/resolvers.js';
import {
  listDepartmentStats,
  readDepartmentStats,
  type DepartmentStats,
} from '../postgres/department-stats.js';
import { filterText, waitForPosition } from './arguments.js';
import type { Context } from './context.js';

const departmentStats = async (
  _: unknown,
  args: QueryDepartmentStatsArgs,
  { services }: Context,
): Promise<DepartmentStats[]> => {
  const department = filterText('department', args.department);
  await waitForPosition(services, 'user-posts', args);
  return department === undefined
    ? listDepartmentStats(services.database)
    : [await readDepartmentStats(services.database, department)];
};

const watchDepartmentStats = (_: unknown, args: SubscriptionDepartmentStatsArgs, { services }: Context) => {
  const department = filterText('department', args.department);
  return department === undefined
    ? services.departmentWatches.all()
    : services.departmentWatches.one(department);
};

export const departmentResolvers = {
  Query: { departmentStats },
  Subscription: {
    departmentStats: {
      delivery: 'latest',
      subscribe: watchDepartmentStats,
      resolve: (stats: DepartmentStats) => stats,
    },
  },
};

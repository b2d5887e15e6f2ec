import type { Overview } from '#lib/api/types.ts';
import { dateParts, formatMoney, formatNumber, formatPercent } from '#lib/format.ts';
import { m } from '#lib/paraglide/messages.js';
import { AXIS, CHART_WIDTH, drawChart, INK, LINE, OCHRE, SOLID, WASH } from './chart.ts';

type Site = Overview['sites'][number];
type Day = Overview['days'][number];

/** What a label's formatter is given, as far as it is used here. */
type Labelled = { dataIndex: number };

/** Names of places take two lines. */
const ROW_HEIGHT = 33;
const NAME_WIDTH = 162;
const MOST_LETTERS = 24;

/** Booked over bookable time of each place, and within it what was used. Places in the order given. */
export function occupancyChart(sites: readonly Site[]): string {
  const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
  const booked = sites.map((site) => share(site.bookedHours, site.bookableHours));
  const used = sites.map((site) => share(site.usedHours, site.bookableHours));
  const bar = { type: 'bar', barWidth: 15, barGap: '-100%' } as const;
  return drawChart(
    {
      ...rows(sites, Math.max(...booked, 0.1) * 1.18, (value) => formatPercent(value)),
      series: [
        {
          ...bar,
          name: m.manager_booked(),
          data: booked,
          itemStyle: { color: WASH, borderColor: INK, borderWidth: 1.2 },
          label: {
            show: true,
            position: 'right',
            color: INK,
            fontSize: 12,
            formatter: ({ dataIndex }: Labelled) => formatPercent(booked[dataIndex] ?? 0),
          },
        },
        { ...bar, name: m.manager_used(), data: used, itemStyle: { color: SOLID }, z: 3 },
      ],
    },
    sites.length * ROW_HEIGHT + 34,
  );
}

/** Places taken at this moment in each place, and the people who have arrived in them. */
export function nowChart(sites: readonly Site[]): string {
  const booked = sites.map((site) => site.bookedNow);
  const bar = { type: 'bar', barWidth: 15, barGap: '-100%' } as const;
  const frame = rows(sites, Math.max(...booked, 1) * 1.18, formatNumber);
  return drawChart(
    {
      ...frame,
      xAxis: { ...frame.xAxis, minInterval: 1 },
      series: [
        {
          ...bar,
          data: booked,
          itemStyle: { color: WASH, borderColor: INK, borderWidth: 1.2 },
          label: {
            show: true,
            position: 'right',
            color: INK,
            fontSize: 12,
            formatter: ({ dataIndex }: Labelled) => {
              const site = sites[dataIndex];
              return site === undefined ? '' : m.manager_now_of({ booked: site.bookedNow, total: site.resourceCount });
            },
          },
        },
        {
          ...bar,
          data: sites.map((site) => site.arrivedNow),
          itemStyle: { color: OCHRE, borderColor: INK, borderWidth: 1.2 },
          z: 3,
        },
      ],
    },
    sites.length * ROW_HEIGHT + 34,
  );
}

/** Price of the month's bookings of each place. */
export function revenueChart(sites: readonly Site[]): string {
  const revenue = sites.map((site) => site.revenue.minor);
  const money = (minor: number) => formatMoney({ minor: Math.round(minor / 100) * 100, currency: 'EUR' });
  return drawChart(
    {
      ...rows(sites, Math.max(...revenue, 100) * 1.25, (value) => (value === 0 ? '' : money(value))),
      series: [
        {
          type: 'bar',
          barWidth: 15,
          data: revenue,
          itemStyle: { color: SOLID },
          label: {
            show: true,
            position: 'right',
            color: INK,
            fontSize: 12,
            formatter: ({ dataIndex }: Labelled) => money(revenue[dataIndex] ?? 0),
          },
        },
      ],
    },
    sites.length * ROW_HEIGHT + 34,
  );
}

/** Names of places are long and alike at their beginning: broken at the space nearest to their middle, cut only when still too long. */
function inTwoLines(name: string): string {
  if (name.length <= MOST_LETTERS) return name;
  const middle = name.length / 2;
  const spaces = [...name.matchAll(/ /g)].map(({ index }) => index);
  const at = spaces.toSorted((a, b) => Math.abs(a - middle) - Math.abs(b - middle))[0];
  const lines = at === undefined ? [name] : [name.slice(0, at), name.slice(at + 1)];
  return lines.map((line) => (line.length > MOST_LETTERS ? `${line.slice(0, MOST_LETTERS - 1)}…` : line)).join('\n');
}

function rows(sites: readonly Site[], max: number, label: (value: number) => string) {
  return {
    grid: { left: NAME_WIDTH, right: 8, top: 4, bottom: 26 },
    yAxis: {
      type: 'category' as const,
      inverse: true,
      data: sites.map(({ name }) => inTwoLines(name)),
      ...AXIS,
      axisLabel: { color: INK, fontSize: 12, lineHeight: 14, interval: 0 },
    },
    xAxis: {
      type: 'value' as const,
      max,
      splitNumber: 3,
      ...AXIS,
      axisLabel: { ...AXIS.axisLabel, formatter: label, hideOverlap: true, showMaxLabel: false },
    },
  };
}

/** Bookings that begin on each day of the month; those of days to come are lighter. */
export function daysChart(days: readonly Day[], today: string): string {
  return drawChart(
    {
      grid: { left: 40, right: 4, top: 10, bottom: 26 },
      xAxis: {
        type: 'category',
        data: days.map(({ date }) => date),
        ...AXIS,
        axisLine: { show: true, lineStyle: { color: LINE } },
        axisLabel: {
          ...AXIS.axisLabel,
          interval: (index: number) => index % 5 === 0,
          formatter: (date: string) => dateParts(date).day,
        },
      },
      yAxis: {
        type: 'value',
        minInterval: 1,
        splitNumber: 4,
        ...AXIS,
        axisLabel: { ...AXIS.axisLabel, formatter: (value: number) => formatNumber(value) },
      },
      series: [
        {
          type: 'bar',
          barWidth: (CHART_WIDTH - 44) / days.length - 3,
          data: days.map(({ date, bookingCount }) => ({
            value: bookingCount,
            itemStyle:
              date === today
                ? { color: OCHRE, borderColor: INK, borderWidth: 1.2 }
                : date < today
                  ? { color: SOLID }
                  : { color: WASH, borderColor: INK, borderWidth: 1.2 },
          })),
        },
      ],
    },
    310,
  );
}

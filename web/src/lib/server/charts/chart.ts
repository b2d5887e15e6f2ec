import { BarChart } from 'echarts/charts';
import { GridComponent } from 'echarts/components';
import * as echarts from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

echarts.use([BarChart, GridComponent, SVGRenderer]);

export type ChartOption = Parameters<ReturnType<typeof echarts.init>['setOption']>[0];

/** Drawn at the width of a phone and scaled up a little on wider screens: its words are legible on both. */
export const CHART_WIDTH = 420;

/** Colours by name of token: the page's theme paints the chart, drawn once for light and dark. */
export const INK = 'var(--ink)';
export const INK_SOFT = 'var(--ink-soft)';
export const LINE = 'var(--line)';
export const OCHRE = 'var(--ochre)';
export const SOLID = 'var(--chart-solid)';
export const WASH = 'var(--chart-wash)';

export const AXIS = {
  axisLine: { show: false },
  axisTick: { show: false },
  axisLabel: { color: INK_SOFT, fontSize: 12 },
  splitLine: { lineStyle: { color: LINE, width: 1 } },
} as const;

/** A chart as SVG text, made on the server: the browser runs no script for it. What it says is also in a table beside it. */
export function drawChart(option: ChartOption, height: number): string {
  const chart = echarts.init(null, null, { renderer: 'svg', ssr: true, width: CHART_WIDTH, height });
  try {
    chart.setOption({ animation: false, textStyle: { fontFamily: 'var(--face-text)' }, silent: true, ...option });
    return chart.renderToSVGString({ useViewBox: true });
  } finally {
    chart.dispose();
  }
}

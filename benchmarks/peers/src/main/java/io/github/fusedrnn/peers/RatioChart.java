package io.github.fusedrnn.peers;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.comparison.Family;
import java.awt.Color;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.AnnotationLine;
import org.knowm.xchart.AnnotationText;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.XYSeries.XYSeriesRenderStyle;
import org.knowm.xchart.style.Styler.LegendPosition;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Plots the ratio of every case, by family, in ascending order. */
final class RatioChart {
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 560;

    /** Empty positions between one family and the next. */
    private static final int GAP = 4;

    private RatioChart() {}

    /** The points of one cell. */
    private record Points(List<Integer> x, List<Double> y) {}

    static void draw(ComparisonResult result, Path file) throws IOException {
        Map<CellKind, Points> points = new LinkedHashMap<>();
        Map<Family, Integer> firstPosition = new LinkedHashMap<>();
        int position = 0;
        double max = 2;
        for (Family family : Family.values()) {
            List<CaseResult> rows = result.cases().stream()
                    .filter(row -> row.spec().family() == family)
                    .filter(row -> row.ratio().isPresent())
                    .sorted(Comparator.comparingDouble(
                            row -> row.ratio().orElseThrow().value()))
                    .toList();
            if (!rows.isEmpty()) {
                firstPosition.put(family, position);
            }
            for (CaseResult row : rows) {
                Points ofCell = points.computeIfAbsent(
                        row.spec().cell(), cell -> new Points(new ArrayList<>(), new ArrayList<>()));
                double ratio = row.ratio().orElseThrow().value();
                ofCell.x().add(position++);
                ofCell.y().add(log2(ratio));
                max = Math.max(max, ratio);
            }
            position += rows.isEmpty() ? 0 : GAP;
        }
        if (points.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        XYChart chart = chart(result, max);
        points.forEach((cell, values) ->
                chart.addSeries(cell.name(), values.x(), values.y()).setMarker(SeriesMarkers.CIRCLE));
        double top = max;
        firstPosition.forEach(
                (family, x) -> chart.addAnnotation(new AnnotationText(family.label(), x + 2, log2(top) + 0.3, false)));
        chart.addAnnotation(new AnnotationLine(0, false, false));
        VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
    }

    /** XChart's logarithmic axis labels powers of ten only. */
    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private static XYChart chart(ComparisonResult result, double max) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Time of the fastest peer / time of FusedRNN, "
                        + result.machine().cpu())
                .yAxisTitle("ratio (above 1: FusedRNN is faster)")
                .xAxisTitle("cases, in ascending order within each family")
                .build();
        chart.getStyler()
                .setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
                .setYAxisMin(-1.5)
                .setYAxisMax(log2(max) + 0.6)
                .setXAxisTicksVisible(false)
                .setMarkerSize(7)
                .setLegendPosition(LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        chart.setCustomYAxisTickLabelsFormatter(power -> String.format(Locale.ROOT, "%.2f", Math.pow(2, power)));
        return chart;
    }
}

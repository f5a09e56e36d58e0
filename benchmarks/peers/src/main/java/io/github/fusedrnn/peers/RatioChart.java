package io.github.fusedrnn.peers;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.peers.race.Family;
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

/** Draws every row's ratio, family by family, in rising order. */
final class RatioChart {
    private static final int WIDTH = 1200;
    private static final int HEIGHT = 560;

    /** Rows' places between one family and the next. */
    private static final int GAP = 4;

    private RatioChart() {}

    /** The dots of one cell. */
    private record Dots(List<Integer> x, List<Double> y) {}

    static void draw(RaceResult result, Path file) throws IOException {
        Map<CellKind, Dots> dots = new LinkedHashMap<>();
        Map<Family, Integer> firstPlace = new LinkedHashMap<>();
        int place = 0;
        double most = 2;
        for (Family family : Family.values()) {
            List<CaseResult> rows = result.cases().stream()
                    .filter(row -> row.race().family() == family)
                    .filter(row -> row.ratio().isPresent())
                    .sorted(Comparator.comparingDouble(
                            row -> row.ratio().orElseThrow().value()))
                    .toList();
            if (!rows.isEmpty()) {
                firstPlace.put(family, place);
            }
            for (CaseResult row : rows) {
                Dots ofCell =
                        dots.computeIfAbsent(row.race().cell(), cell -> new Dots(new ArrayList<>(), new ArrayList<>()));
                double ratio = row.ratio().orElseThrow().value();
                ofCell.x().add(place++);
                ofCell.y().add(log2(ratio));
                most = Math.max(most, ratio);
            }
            place += rows.isEmpty() ? 0 : GAP;
        }
        if (dots.isEmpty()) {
            Files.deleteIfExists(file);
            return;
        }
        XYChart chart = chart(result, most);
        dots.forEach((cell, values) ->
                chart.addSeries(cell.name(), values.x(), values.y()).setMarker(SeriesMarkers.CIRCLE));
        double top = most;
        firstPlace.forEach(
                (family, x) -> chart.addAnnotation(new AnnotationText(family.label(), x + 2, log2(top) + 0.3, false)));
        chart.addAnnotation(new AnnotationLine(0, false, false));
        VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
    }

    /** A logarithmic axis of the library labels powers of ten alone. */
    private static double log2(double value) {
        return Math.log(value) / Math.log(2);
    }

    private static XYChart chart(RaceResult result, double most) {
        XYChart chart = new XYChartBuilder()
                .width(WIDTH)
                .height(HEIGHT)
                .title("Best peer's time by FusedRNN's, " + result.machine().cpu())
                .yAxisTitle("ratio; above 1 FusedRNN is faster")
                .xAxisTitle("every case, in rising order inside its family")
                .build();
        chart.getStyler()
                .setDefaultSeriesRenderStyle(XYSeriesRenderStyle.Scatter)
                .setYAxisMin(-1.5)
                .setYAxisMax(log2(most) + 0.6)
                .setXAxisTicksVisible(false)
                .setMarkerSize(7)
                .setLegendPosition(LegendPosition.OutsideE)
                .setChartBackgroundColor(Color.WHITE);
        chart.getStyler().setPlotGridVerticalLinesVisible(false);
        chart.setCustomYAxisTickLabelsFormatter(power -> String.format(Locale.ROOT, "%.2f", Math.pow(2, power)));
        return chart;
    }
}

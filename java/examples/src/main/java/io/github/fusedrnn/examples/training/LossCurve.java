package io.github.fusedrnn.examples.training;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.knowm.xchart.BitmapEncoder;
import org.knowm.xchart.BitmapEncoder.BitmapFormat;
import org.knowm.xchart.VectorGraphicsEncoder;
import org.knowm.xchart.VectorGraphicsEncoder.VectorGraphicsFormat;
import org.knowm.xchart.XYChart;
import org.knowm.xchart.XYChartBuilder;
import org.knowm.xchart.style.Styler;
import org.knowm.xchart.style.markers.SeriesMarkers;

/** Lines of numbers over the course of a training, and their picture. One thread at a time. */
public final class LossCurve {
    private static final String VECTOR = ".svg";
    private static final String BITMAP = ".png";

    private final String title;
    private final String across;
    private final String up;
    private final Map<String, List<double[]>> lines = new LinkedHashMap<>();
    private boolean logarithmic;

    public LossCurve(String title, String across, String up) {
        this.title = title;
        this.across = across;
        this.up = up;
    }

    /** Whether a picture of this name can be drawn. */
    public static boolean knows(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(VECTOR) || name.endsWith(BITMAP);
    }

    /** Draws the numbers by their logarithm; all must be positive. */
    public LossCurve logarithmic() {
        logarithmic = true;
        return this;
    }

    /** Adds a point to a line. */
    public void add(String line, double x, double y) {
        lines.computeIfAbsent(line, name -> new ArrayList<>()).add(new double[] {x, y});
    }

    /** The picture, 800 by 500; nothing is drawn where there is no point. */
    public boolean write(Path file) throws IOException {
        if (lines.isEmpty()) {
            return false;
        }
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder()
                .width(800)
                .height(500)
                .title(title)
                .xAxisTitle(across)
                .yAxisTitle(up)
                .build();
        chart.getStyler().setYAxisLogarithmic(logarithmic);
        chart.getStyler().setLegendPosition(Styler.LegendPosition.InsideNE);
        lines.forEach((name, points) -> chart.addSeries(
                        name,
                        points.stream().mapToDouble(p -> p[0]).toArray(),
                        points.stream().mapToDouble(p -> p[1]).toArray())
                .setMarker(points.size() > 40 ? SeriesMarkers.NONE : SeriesMarkers.CIRCLE));
        if (file.toString().toLowerCase(Locale.ROOT).endsWith(VECTOR)) {
            VectorGraphicsEncoder.saveVectorGraphic(chart, file.toString(), VectorGraphicsFormat.SVG);
        } else {
            BitmapEncoder.saveBitmap(chart, file.toString(), BitmapFormat.PNG);
        }
        return true;
    }
}

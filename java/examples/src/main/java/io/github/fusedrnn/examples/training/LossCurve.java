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

/** Curves over the course of a training, and their plot. One thread at a time. */
public final class LossCurve {
    private static final String VECTOR = ".svg";
    private static final String BITMAP = ".png";

    private final String title;
    private final String xAxis;
    private final String yAxis;
    private final Map<String, List<double[]>> lines = new LinkedHashMap<>();
    private boolean logarithmic;

    public LossCurve(String title, String xAxis, String yAxis) {
        this.title = title;
        this.xAxis = xAxis;
        this.yAxis = yAxis;
    }

    /** Whether a plot can be written in the format that the name ends in. */
    public static boolean supports(Path file) {
        String name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(VECTOR) || name.endsWith(BITMAP);
    }

    /** Uses a logarithmic y axis; all values must be positive. */
    public LossCurve logarithmic() {
        logarithmic = true;
        return this;
    }

    /** Adds a point to a curve. */
    public void add(String line, double x, double y) {
        lines.computeIfAbsent(line, name -> new ArrayList<>()).add(new double[] {x, y});
    }

    /** Writes the plot, 800 by 500 pixels; without any point it writes nothing and returns false. */
    public boolean write(Path file) throws IOException {
        if (lines.isEmpty()) {
            return false;
        }
        System.setProperty("java.awt.headless", "true");
        XYChart chart = new XYChartBuilder()
                .width(800)
                .height(500)
                .title(title)
                .xAxisTitle(xAxis)
                .yAxisTitle(yAxis)
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

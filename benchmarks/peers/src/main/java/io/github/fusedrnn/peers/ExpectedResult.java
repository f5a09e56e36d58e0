package io.github.fusedrnn.peers;

import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The result of the float64 reference for a case.
 *
 * @param calls number of calls that lead to it, from zero states
 * @param rows the rows of the batch to compare; rows are independent, so a few represent all
 * @param output of these rows after the last call {@code [T, rows, D*H]}
 * @param gradients in training, the gradients of the whole batch by name ({@code x} and the parameters)
 * @param tolerance upper bound of the error, relative to the largest absolute value of the array
 */
record ExpectedResult(int calls, int[] rows, double[] output, Map<String, double[]> gradients, double tolerance) {
    void write(Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(new BufferedOutputStream(Files.newOutputStream(file)))) {
            out.writeInt(calls);
            out.writeDouble(tolerance);
            out.writeInt(rows.length);
            for (int row : rows) {
                out.writeInt(row);
            }
            write(out, output);
            out.writeInt(gradients.size());
            for (Map.Entry<String, double[]> gradient : gradients.entrySet()) {
                out.writeUTF(gradient.getKey());
                write(out, gradient.getValue());
            }
        }
    }

    static ExpectedResult read(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(new BufferedInputStream(Files.newInputStream(file)))) {
            int calls = in.readInt();
            double tolerance = in.readDouble();
            int[] rows = new int[in.readInt()];
            for (int i = 0; i < rows.length; i++) {
                rows[i] = in.readInt();
            }
            double[] output = readArray(in);
            Map<String, double[]> gradients = new LinkedHashMap<>();
            for (int left = in.readInt(); left > 0; left--) {
                gradients.put(in.readUTF(), readArray(in));
            }
            return new ExpectedResult(calls, rows, output, gradients, tolerance);
        }
    }

    private static void write(DataOutputStream out, double[] values) throws IOException {
        out.writeInt(values.length);
        for (double value : values) {
            out.writeDouble(value);
        }
    }

    private static double[] readArray(DataInputStream in) throws IOException {
        double[] values = new double[in.readInt()];
        for (int i = 0; i < values.length; i++) {
            values[i] = in.readDouble();
        }
        return values;
    }
}

package io.github.fusedrnn.testing;

import io.github.fusedrnn.config.Direction;
import io.github.fusedrnn.config.Merge;
import io.github.fusedrnn.config.RecurrentConfig;
import io.github.fusedrnn.config.ResetPlacement;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.BiFunction;

/** Layers for properties that hold of every one, most of them small: each kind of step, sizes around the width of a vector, each way to stack them. */
public final class SmallLayers {
    private static final int[][] SIZES = {{1, 1}, {7, 17}, {17, 7}, {33, 33}};
    private static final Map<String, RecurrentConfig> ALL = make();

    private SmallLayers() {}

    public static Collection<String> names() {
        return ALL.keySet();
    }

    public static RecurrentConfig get(String name) {
        return ALL.get(name);
    }

    private static Map<String, RecurrentConfig> make() {
        Map<String, BiFunction<Integer, Integer, RecurrentConfig.Builder>> cells = new LinkedHashMap<>();
        cells.put("rnn", (c, h) -> RecurrentConfig.rnn(c, h));
        cells.put("lstm", (c, h) -> RecurrentConfig.lstm(c, h));
        cells.put("gru", (c, h) -> RecurrentConfig.gru(c, h));
        cells.put("gru before", (c, h) -> RecurrentConfig.gru(c, h).reset(ResetPlacement.BEFORE));
        cells.put("lstm rare", (c, h) -> RecurrentConfig.lstm(c, h)
                .peepholes(true)
                .coupledInputForget(true)
                .cellClip(0.4f));
        Map<String, RecurrentConfig> all = new LinkedHashMap<>();
        cells.forEach((cell, builder) -> {
            for (int[] size : SIZES) {
                String name = cell + " C" + size[0] + " H" + size[1];
                all.put(name, builder.apply(size[0], size[1]).build());
                all.put(
                        name + " bi L2",
                        builder.apply(size[0], size[1])
                                .bidirectional()
                                .layers(2)
                                .build());
            }
            all.put(
                    cell + " C7 H17 reverse L2",
                    builder.apply(7, 17).direction(Direction.REVERSE).layers(2).build());
            all.put(
                    cell + " C7 H17 sum L2",
                    builder.apply(7, 17).bidirectional(Merge.SUM).layers(2).build());
            all.put(
                    cell + " C7 H17 L3 nobias",
                    builder.apply(7, 17).layers(3).bias(false).build());
        });
        all.put(
                "lstm C7 H17 P5 bi L2",
                RecurrentConfig.lstm(7, 17)
                        .projection(5)
                        .bidirectional()
                        .layers(2)
                        .build());
        return all;
    }

    /** Layers that need several tiles and blocks in every direction, none of which comes out even. */
    public static Map<String, RecurrentConfig> large() {
        Map<String, RecurrentConfig> all = new LinkedHashMap<>();
        all.put("rnn C65 H129", RecurrentConfig.rnn(65, 129).build());
        all.put(
                "lstm C65 H70 bi L2",
                RecurrentConfig.lstm(65, 70).bidirectional().layers(2).build());
        all.put(
                "lstm C40 H101 P67",
                RecurrentConfig.lstm(40, 101).projection(67).build());
        all.put(
                "gru C129 H65 reverse",
                RecurrentConfig.gru(129, 65).direction(Direction.REVERSE).build());
        all.put(
                "gru before C33 H100",
                RecurrentConfig.gru(33, 100).reset(ResetPlacement.BEFORE).build());
        return all;
    }
}

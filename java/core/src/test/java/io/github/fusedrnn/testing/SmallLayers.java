package io.github.fusedrnn.testing;

import io.github.fusedrnn.Direction;
import io.github.fusedrnn.ResetPlacement;
import io.github.fusedrnn.spi.RecurrentDesc;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.Supplier;

/** Layers for properties that hold of every one, most of them small: each kind of step, sizes around the width of a vector, each way to stack them. */
public final class SmallLayers {
    private static final int[][] SIZES = {{1, 1}, {7, 17}, {17, 7}, {33, 33}};
    private static final Map<String, RecurrentDesc> ALL = make();

    private SmallLayers() {}

    public static Collection<String> names() {
        return ALL.keySet();
    }

    public static RecurrentDesc get(String name) {
        return ALL.get(name);
    }

    private static Map<String, RecurrentDesc> make() {
        Map<String, Supplier<DescBuilder>> cells = new LinkedHashMap<>();
        cells.put("rnn", DescBuilder::rnn);
        cells.put("lstm", DescBuilder::lstm);
        cells.put("gru", DescBuilder::gru);
        cells.put("gru before", () -> DescBuilder.gru().reset(ResetPlacement.BEFORE));
        cells.put("lstm rare", () -> DescBuilder.lstm().peepholes().coupled().cellClip(0.4f));
        Map<String, RecurrentDesc> all = new LinkedHashMap<>();
        cells.forEach((cell, builder) -> {
            for (int[] size : SIZES) {
                String name = cell + " C" + size[0] + " H" + size[1];
                all.put(name, builder.get().sizes(size[0], size[1]).build());
                all.put(
                        name + " bi L2",
                        builder.get()
                                .sizes(size[0], size[1])
                                .bidirectional()
                                .layers(2)
                                .build());
            }
            all.put(
                    cell + " C7 H17 reverse L2",
                    builder.get()
                            .sizes(7, 17)
                            .direction(Direction.REVERSE)
                            .layers(2)
                            .build());
            all.put(
                    cell + " C7 H17 sum L2",
                    builder.get().sizes(7, 17).sum().layers(2).build());
            all.put(
                    cell + " C7 H17 L3 nobias",
                    builder.get().sizes(7, 17).layers(3).bias(false).build());
        });
        all.put(
                "lstm C7 H17 P5 bi L2",
                DescBuilder.lstm()
                        .sizes(7, 17)
                        .projection(5)
                        .bidirectional()
                        .layers(2)
                        .build());
        return all;
    }

    /** Layers that need several tiles and blocks in every direction, none of which comes out even. */
    public static Map<String, RecurrentDesc> large() {
        Map<String, RecurrentDesc> all = new LinkedHashMap<>();
        all.put("rnn C65 H129", DescBuilder.rnn().sizes(65, 129).build());
        all.put(
                "lstm C65 H70 bi L2",
                DescBuilder.lstm().sizes(65, 70).bidirectional().layers(2).build());
        all.put(
                "lstm C40 H101 P67",
                DescBuilder.lstm().sizes(40, 101).projection(67).build());
        all.put(
                "gru C129 H65 reverse",
                DescBuilder.gru().sizes(129, 65).direction(Direction.REVERSE).build());
        all.put(
                "gru before C33 H100",
                DescBuilder.gru().sizes(33, 100).reset(ResetPlacement.BEFORE).build());
        return all;
    }
}

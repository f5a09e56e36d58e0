package io.github.fusedrnn.formats.pytorch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.config.CellKind;
import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.LayerImport;
import io.github.fusedrnn.formats.ModelImport;
import io.github.fusedrnn.formats.testing.FileInPlace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.ZipEntry;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {
    @TempDir
    Path folder;

    private static float[] numbers(int count, int first) {
        float[] values = new float[count];
        for (int i = 0; i < count; i++) {
            values[i] = first + i;
        }
        return values;
    }

    private static CheckpointWriter gru(CheckpointWriter writer, String prefix) {
        return writer.text(prefix + "weight_ih_l0")
                .tensor(numbers(12, 1), 6, 2)
                .text(prefix + "weight_hh_l0")
                .tensor(numbers(12, 20), 6, 2)
                .text(prefix + "bias_ih_l0")
                .tensor(numbers(6, 40), 6)
                .text(prefix + "bias_hh_l0")
                .tensor(numbers(6, 50), 6);
    }

    private Path path() {
        return folder.resolve("model.pt");
    }

    @Test
    void aStateDictGivesItsLayers() throws IOException {
        CheckpointWriter writer =
                gru(new CheckpointWriter(), "rnn.").text("head.weight").tensor(numbers(2, 0), 1, 2);
        ModelImport model = CheckpointFile.readLayers(writer.end().write(path()));
        LayerImport layer = model.only();
        assertThat(layer.name()).isEqualTo("rnn.");
        assertThat(layer.config().cell()).isEqualTo(CellKind.GRU);
        assertThat(layer.weights().get("weight_ih_l0")).isEqualTo(numbers(12, 1));
        assertThat(layer.weights().get("bias_hh_l0")).isEqualTo(numbers(6, 50));
        assertThat(model.ignored()).containsExactly("head.weight [1, 2]");
    }

    /** {"epoch": 3, "model": state_dict, "loss": [0.5]} */
    @Test
    void aStateDictInsideACheckpointIsFound() throws IOException {
        CheckpointWriter writer = new CheckpointWriter()
                .text("epoch")
                .op('K', 3)
                .text("model")
                .orderedDict()
                .op('(');
        gru(writer, "rnn.").op('u').text("loss").op(']', 'G', 0x3f, 0xe0, 0, 0, 0, 0, 0, 0, 'a');
        assertThat(CheckpointFile.readLayers(writer.end().write(path())).only().name())
                .isEqualTo("model.rnn.");
    }

    @Test
    void viewsOfOtherTypesAndStridesAreRead() throws IOException {
        ByteBuffer doubles = ByteBuffer.allocate(8 * 7).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < 7; i++) {
            doubles.putDouble(i + 0.5);
        }
        byte[] halves = {0, 0x3c, 0, (byte) 0xc0};
        CheckpointWriter writer = new CheckpointWriter();
        String d = writer.storage("DoubleStorage", doubles.array());
        String h = writer.storage("HalfStorage", halves);
        writer.text("turned").view(d, "DoubleStorage", 7, 1, new long[] {2, 3}, new long[] {1, 2});
        writer.text("halves").view(h, "HalfStorage", 2, 0, new long[] {2}, new long[] {1});
        writer.text("bfloats").view(h, "BFloat16Storage", 2, 1, new long[] {}, new long[] {});
        writer.text("whole").view(h, "LongStorage", 0, 0, new long[] {0}, new long[] {1});
        try (CheckpointFile file = CheckpointFile.open(writer.end().write(path()))) {
            assertThat(file.names()).containsExactly("turned", "halves", "bfloats", "whole");
            assertThat(file.read("turned")).containsExactly(1.5f, 3.5f, 5.5f, 2.5f, 4.5f, 6.5f);
            assertThat(file.read("halves")).containsExactly(1, -2);
            assertThat(file.read("bfloats")).containsExactly(-2);
            assertThat(file.unreadable("whole")).isEqualTo("LongStorage");
            assertThatThrownBy(() -> file.read("whole")).isInstanceOf(FormatException.class);
        }
    }

    private void assertRefused(CheckpointWriter writer, String reason) throws IOException {
        writer.end().write(path());
        assertThatThrownBy(() -> {
                    try (CheckpointFile file = CheckpointFile.open(path())) {
                        file.read("t");
                    }
                })
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(reason);
    }

    @Test
    void nothingIsCalledButWhatTensorsAreMadeOf() throws IOException {
        assertRefused(
                new CheckpointWriter()
                        .text("t")
                        .global("os", "system")
                        .text("echo")
                        .op(0x85, 'R'),
                "global 'os.system'");
        assertRefused(
                new CheckpointWriter()
                        .text("t")
                        .global("__builtin__", "eval")
                        .text("1")
                        .op(0x85, 'R'),
                "global 'builtins.eval'");
        assertRefused(
                new CheckpointWriter().text("t").text("posix").text("system").op(0x93), "global 'posix.system'");
        assertRefused(
                new CheckpointWriter().text("t").global("argparse", "Namespace").op(')', 0x81), "argparse.Namespace");
        assertRefused(new CheckpointWriter().text("t").global("torch", "load"), "torch.load");
        assertRefused(
                new CheckpointWriter().text("t").text("x").op(')', 'R'), "REDUCE of something other than a global");
        assertRefused(
                new CheckpointWriter().text("t").global("torch", "FloatStorage").op(')', 'R'), "constructor");
        assertRefused(new CheckpointWriter().text("t").op('i'), "opcode 0x69");
        assertRefused(
                new CheckpointWriter().text("t").op('K', 1).op('N', 'b'), "BUILD on something other than a dictionary");
    }

    @Test
    void viewsOutsideTheirStorageAreRefused() throws IOException {
        long[][][] views = {
            {{1}, {2, 2}, {2, 1}},
            {{-1}, {1}, {1}},
            {{0}, {-2, -2}, {1, 1}},
            {{0}, {4, 4}, {0, 0}},
            {{0}, {2}, {Integer.MAX_VALUE}},
            {{0}, {2}, {-1}},
            {{0}, {2, 2}, {1}},
            {{9}, {1}, {1}},
            {{0}, {Integer.MAX_VALUE, Integer.MAX_VALUE}, {1, 1}},
        };
        for (long[][] view : views) {
            CheckpointWriter writer = new CheckpointWriter();
            String key = writer.storage("FloatStorage", new byte[16]);
            assertRefused(writer.text("t").view(key, "FloatStorage", 4, view[0][0], view[1], view[2]), "tensor 't'");
        }
        CheckpointWriter writer = new CheckpointWriter();
        assertRefused(
                writer.text("t").view("7", "FloatStorage", 4, 0, new long[] {4}, new long[] {1}), "data/7: missing");
        CheckpointWriter wrong = new CheckpointWriter();
        String key = wrong.storage("FloatStorage", new byte[15]);
        assertRefused(wrong.text("t").view(key, "FloatStorage", 4, 0, new long[] {4}, new long[] {1}), "15 bytes");
    }

    @Test
    void cyclesDoublingsAndCompressionAreRefused() throws IOException {
        // d = {}; d["d"] = d
        CheckpointWriter cycle = new CheckpointWriter()
                .text("d")
                .op('}', 'q', 0x7f, '(')
                .text("d")
                .op('h', 0x7f, 'u');
        try (CheckpointFile file = CheckpointFile.open(cycle.end().write(path()))) {
            assertThat(file.names()).isEmpty();
        }
        CheckpointWriter doubling = new CheckpointWriter().text("x").op('}', 'q', 0x7f);
        for (int i = 0; i < 30; i++) {
            doubling.op(']', '(', 'h', 0x7f, 'h', 0x7f, 'e', 'q', 0x7f, '0', '0', 'h', 0x7f);
        }
        assertRefused(doubling, "values");
        gru(new CheckpointWriter(), "").end().write(path(), ZipEntry.DEFLATED);
        assertThatThrownBy(() -> CheckpointFile.open(path()))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("compressed");
        Files.write(path(), new byte[] {(byte) 0x80, 2, (byte) 0x8a, 10});
        assertThatThrownBy(() -> CheckpointFile.open(path()))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("not a zip archive");
    }

    @Test
    void truncationAtEveryByteIsAFormatException() throws IOException {
        CheckpointWriter writer = gru(new CheckpointWriter(), "").end();
        byte[] whole = Files.readAllBytes(writer.write(path()));
        for (int length = 0; length < whole.length; length++) {
            FileInPlace.write(path(), Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> CheckpointFile.readLayers(path())).isInstanceOf(FormatException.class);
        }
        byte[] pickle = writer.pickled();
        for (int length = 0; length < pickle.length; length++) {
            byte[] cut = Arrays.copyOf(pickle, length);
            assertThatThrownBy(() -> PickleReader.read(path(), cut)).isInstanceOf(FormatException.class);
        }
    }

    @Test
    void changedBytesNeverEscapeAsAnythingElse() throws IOException {
        byte[] whole = Files.readAllBytes(gru(new CheckpointWriter(), "").end().write(path()));
        Random random = new Random(5);
        for (int i = 0; i < 4000; i++) {
            byte[] changed = whole.clone();
            for (int k = 0; k <= i % 4; k++) {
                changed[random.nextInt(changed.length)] = (byte) random.nextInt(256);
            }
            FileInPlace.write(path(), changed);
            try {
                CheckpointFile.readLayers(path());
            } catch (FormatException e) {
                assertThat(e).hasMessageStartingWith(path().toString());
            }
        }
    }
}

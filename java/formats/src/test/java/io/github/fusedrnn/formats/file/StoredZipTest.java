package io.github.fusedrnn.formats.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fusedrnn.formats.FormatException;
import io.github.fusedrnn.formats.model.ModelFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoredZipTest {
    private static final String COMMENT = "a remark";

    @TempDir
    Path folder;

    private Path zip() throws IOException {
        Path path = folder.resolve("model.pt");
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(path))) {
            ZipEntry entry = new ZipEntry("archive/data.pkl");
            entry.setComment(COMMENT);
            entry.setMethod(ZipEntry.DEFLATED);
            zip.putNextEntry(entry);
            zip.write(1);
            zip.closeEntry();
        }
        return path;
    }

    private interface Look {
        void at(StoredZip zip) throws IOException;
    }

    private static void look(Path path, Look look) throws IOException {
        try (StoredZip zip = StoredZip.open(path, "somebody")) {
            look.at(zip);
        }
    }

    /** Found by the fuzzer: JDK 17 reads a comment when it meets its entry, long after it has opened the file; JDK 25 refuses to open it. */
    @Test
    void aCommentThatIsNoUtf8IsADefectOfTheFile() throws IOException {
        Path path = zip();
        byte[] bytes = Files.readAllBytes(path);
        int at = new String(bytes, StandardCharsets.ISO_8859_1).indexOf(COMMENT);
        bytes[at + 2] = (byte) 0xff;
        Files.write(path, bytes);
        assertThatThrownBy(() -> look(path, zip -> zip.first(name -> true)))
                .isInstanceOf(FormatException.class)
                .hasMessageContainingAll("model.pt", "somebody");
        assertThatThrownBy(() -> look(path, zip -> zip.find("archive/data.pkl")))
                .isInstanceOf(FormatException.class);
        assertThatThrownBy(() -> ModelFile.read(path)).isInstanceOf(FormatException.class);
    }

    @Test
    void compressedEntriesAreRefusedAndAbsentOnesAreNull() throws IOException {
        try (StoredZip zip = StoredZip.open(zip(), "somebody")) {
            ZipEntry entry = zip.first(name -> name.endsWith(".pkl"));
            assertThat(entry).isNotNull();
            assertThatThrownBy(() -> zip.bytes(entry, 0, 1))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("compressed");
            assertThat(zip.find("other")).isNull();
            assertThat(zip.first(name -> name.equals("other"))).isNull();
        }
    }
}

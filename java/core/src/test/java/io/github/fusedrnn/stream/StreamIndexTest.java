package io.github.fusedrnn.stream;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

class StreamIndexTest {
    @Test
    void isAMap() {
        StreamIndex index = new StreamIndex();
        Map<Long, PooledStream> expected = new HashMap<>();
        Random random = new Random(1);
        for (int i = 0; i < 200_000; i++) {
            // few enough ids that they come again, in runs as counted ids do, and some far away
            long id = random.nextInt(8) == 0 ? random.nextLong() % 100 << 40 : random.nextInt(3000);
            if (expected.containsKey(id)) {
                assertThat(index.get(id)).isSameAs(expected.get(id));
                index.remove(id);
                expected.remove(id);
            } else {
                assertThat(index.get(id)).isNull();
                index.remove(id);
                PooledStream stream = new PooledStream(id);
                index.add(stream);
                expected.put(id, stream);
            }
            assertThat(index.size()).isEqualTo(expected.size());
        }
        expected.forEach((id, stream) -> assertThat(index.get(id)).isSameAs(stream));
        int[] seen = new int[1];
        index.forEach(stream -> {
            assertThat(expected).containsValue(stream);
            seen[0]++;
        });
        assertThat(seen[0]).isEqualTo(expected.size());
    }
}

package holdfast.judge;

import java.util.Arrays;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentMap;

/** How fast a codec is, on this one thread, from objects to bytes and back to objects. */
final class Bench {
    /** Keeps the results alive. */
    static volatile Object sink;

    private Bench() { }

    static String run(Codec codec, String format, ConcurrentMap<String, Object> session, long warm, long run) throws Exception {
        byte[] bytes = codec.write(session);
        Callable<Object> encode = () -> codec.write(session);
        Callable<Object> decode = () -> codec.read(bytes);
        measure(encode, warm);
        measure(decode, warm);
        // In turns, so that noise of the machine meets both.
        long[][] encodes = new long[4][];
        long[][] decodes = new long[4][];
        for (int i = 0; i < 4; i++) {
            encodes[i] = measure(encode, Math.max(1, run / 4));
            decodes[i] = measure(decode, Math.max(1, run / 4));
        }
        return "{\"format\":\"" + format + "\",\"bytes\":" + bytes.length + ",\"encode\":" + figures(encodes) + ",\"decode\":"
            + figures(decodes) + ",\"java\":\"" + System.getProperty("java.vm.version") + "\"}";
    }

    private static long[] measure(Callable<Object> work, long millis) throws Exception {
        long[] times = new long[1024];
        int count = 0;
        long begin = System.nanoTime();
        long end = begin + millis * 1_000_000;
        long before = begin;
        while (before < end || count == 0) {
            sink = work.call();
            long now = System.nanoTime();
            if (count == times.length) {
                times = Arrays.copyOf(times, 2 * count);
            }
            times[count++] = now - before;
            before = System.nanoTime();
        }
        return Arrays.copyOf(times, count);
    }

    private static String figures(long[][] rounds) {
        long[] all = Arrays.stream(rounds).flatMapToLong(Arrays::stream).sorted().toArray();
        return "{\"p50\":" + all[all.length / 2] + ",\"p99\":" + all[(int) (all.length * 99L / 100)] + ",\"runs\":" + all.length + "}";
    }
}

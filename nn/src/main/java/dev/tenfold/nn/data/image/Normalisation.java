package dev.tenfold.nn.data.image;

import java.util.Arrays;

/**
 * Pixels as numbers: {@code (p / 255 - mean_c) / sd_c} for a pixel p of channel c.
 *
 * @param mean per channel, of {@code p / 255}
 * @param sd   per channel, above 0
 */
public record Normalisation(double[] mean, double[] sd) {
    /** Checks and copies. */
    public Normalisation {
        mean = mean.clone();
        sd = sd.clone();
        if (mean.length != sd.length || mean.length == 0) {
            throw new IllegalArgumentException("Normalisation: " + mean.length + " means and " + sd.length + " standard deviations; one of each per channel");
        }
        for (double s : sd) if (!(s > 0) || Double.isInfinite(s)) throw new IllegalArgumentException("Normalisation: standard deviations " + Arrays.toString(sd) + " must be above 0");
    }

    /** The mean and standard deviation of each channel over a whole set, normally the training set. A constant channel gets sd 1. */
    public static Normalisation of(ImageSet set) {
        long[][] counts = new long[set.channels()][256];
        byte[] image = new byte[set.imageBytes()];
        int plane = set.height() * set.width();
        for (int i = 0; i < set.size(); i++) {
            set.copyImage(i, image, 0);
            for (int c = 0; c < counts.length; c++) {
                for (int j = c * plane; j < (c + 1) * plane; j++) counts[c][image[j] & 0xFF]++;
            }
        }
        double[] mean = new double[counts.length];
        double[] sd = new double[counts.length];
        double n = (double) plane * set.size();
        for (int c = 0; c < counts.length; c++) {
            double sum = 0;
            for (int v = 0; v < 256; v++) sum += counts[c][v] * (double) v;
            mean[c] = sum / n / 255;
            double squares = 0;
            for (int v = 0; v < 256; v++) squares += counts[c][v] * Math.pow(v / 255.0 - mean[c], 2);
            sd[c] = squares == 0 ? 1 : Math.sqrt(squares / n);
        }
        return new Normalisation(mean, sd);
    }

    /** {@code p / 255}: numbers from 0 to 1. */
    public static Normalisation unit(int channels) {
        double[] ones = new double[channels];
        Arrays.fill(ones, 1);
        return new Normalisation(new double[channels], ones);
    }

    /** The mean and standard deviation of ImageNet's training images, which many published networks were trained with. */
    public static Normalisation imageNet() {
        return new Normalisation(new double[] {0.485, 0.456, 0.406}, new double[] {0.229, 0.224, 0.225});
    }

    /** How many channels. */
    public int channels() {
        return mean.length;
    }

    /** The pixel that comes closest to 0 when it is normalised, per channel from 0 to 255: what an augmentation fills holes with. */
    public int[] meanPixel() {
        return Arrays.stream(mean).mapToInt(m -> (int) Math.clamp(Math.round(255 * m), 0, 255)).toArray();
    }

    /** What each of the 256 values of a channel becomes. */
    float[] table(int channel) {
        float[] table = new float[256];
        for (int v = 0; v < 256; v++) table[v] = (float) ((v / 255.0 - mean[channel]) / sd[channel]);
        return table;
    }

    @Override
    public double[] mean() {
        return mean.clone();
    }

    @Override
    public double[] sd() {
        return sd.clone();
    }
}

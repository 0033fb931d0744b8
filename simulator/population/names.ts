/** Common Italian names, and under each odd one what it tries. */
export const surnames: readonly string[] =
  'Rossi Russo Ferrari Esposito Bianchi Romano Colombo Ricci Marino Greco Bruno Gallo Conti Mancini Costa Giordano Rizzo Lombardi Moretti Barbieri Fontana Santoro Mariani Rinaldi Caruso Ferrara Galli Martini Leone Longo Gentile Martinelli Vitale Lombardo Serra Coppola Marchetti Parisi Villa Conte Ferraro Ferri Fabbri Bianco Marini Grasso Valentini Messina Sala Gatti Pellegrini Palumbo Sanna Farina Rizzi Monti Cattaneo Morelli Amato Silvestri Mazza Testa Grassi Pellegrino Carbone Giuliani Benedetti Barone Rossetti Caputo Montanari Guerra Palmieri Bernardi Martino Fiore Ferretti Bellini Basile Riva Donati Piras Vitali Battaglia Sartori Neri Costantini Milani Pagano Ruggiero Sorrentino Orlando Negri'.split(
    ' ',
  )
export const doubleSurnames = ["D'Angelo", 'De Luca', "Dell'Orto", 'Lo Presti', 'Di Biase', 'La Rocca', "D'Aò"]
export const men: readonly string[] =
  'Giuseppe Antonio Giovanni Mario Luigi Francesco Salvatore Angelo Vincenzo Pietro Domenico Carlo Bruno Paolo Michele Giorgio Aldo Sergio Luciano Roberto Franco Marco Andrea Stefano Alessandro Luca Matteo Lorenzo Davide Simone Federico Riccardo Gabriele Leonardo Tommaso Edoardo Nicolò Pier-Luigi'.split(
    ' ',
  )
export const women: readonly string[] =
  'Maria Anna Giuseppina Rosa Angela Giovanna Teresa Lucia Carmela Caterina Francesca Antonietta Concetta Elena Rita Margherita Paola Franca Giulia Sara Chiara Martina Alessia Federica Valentina Silvia Elisa Laura Alice Aurora Sofia Ginevra Emma Beatrice Zoé Mariù Noemi Ilaria'.split(
    ' ',
  )
/** Letters of other languages of Italy and of its neighbours. */
export const specialSurnames = ['Košuta', 'Großmann', 'Müller-Žerjal', 'Škerk', 'Đorđević', 'Çelik', 'Nuñez', 'Łukasik']
export const specialNames = {
  M: ['Jürgen', 'Borìs', 'Siegfried', 'Rožle', 'François'],
  F: ['Käthe', 'Živa', 'Zoë', 'Anaïs', 'Špela'],
} as const
/** Sixty letters. */
export const longNames = {
  M: 'Giovanni Battista Massimiliano Bartolomeo Alessandro Pio Abe',
  F: 'Maria Antonietta Concetta Immacolata Francesca Giuseppa Anna',
} as const

import { type Kysely, sql } from 'kysely'
import type { Migration } from 'kysely/migration'

/** Bulk requests and their rows (gateway/console/bulk/), and when the console could be reached, by which terms move. */
export const bulkRequests: Migration = {
  async up(db: Kysely<unknown>) {
    // `chiave`: the key of all that is sealed in the rows, itself sealed to the gateway; without it nobody reads them again.
    // `presa_fino`: the gateway that works on it says so until then; one that died says nothing more.
    await sql`
      create table richiesta (
        id text primary key,
        comune text not null,
        fruitore text not null,
        ufficio text not null,
        convenzione text not null references convenzione (id),
        profilo text not null,
        profilo_versione integer not null,
        comune_nome text not null,
        fruitore_nome text not null,
        ufficio_nome text not null,
        profilo_nome text not null,
        base_giuridica text not null,
        territorio text not null,
        servizio text not null,
        motivo text not null,
        protocollo text not null,
        autore text not null,
        autore_nome text not null,
        stato text not null default 'bozza',
        creata_at timestamptz not null,
        cambiata_at timestamptz not null,
        righe integer not null default 0 check (righe between 0 and 100000),
        conteggi jsonb not null default '{}',
        file_sha256 text,
        chiave text,
        inviata_at timestamptz,
        modo text check (modo in ('singole', 'massivo')),
        giorni_stimati integer,
        insolita boolean not null default false,
        scade_giorno text,
        scade_at timestamptz,
        termine_giorni integer,
        termine_da timestamptz,
        silenzio boolean not null default false,
        contro_silenzio jsonb not null default '[]',
        chiarimenti_at timestamptz,
        chiarimenti_nome text,
        chiarimenti_testo text,
        chiarimenti_fino timestamptz,
        risposta_at timestamptz,
        risposta_testo text,
        convalida_come text check (convalida_come in ('puntuale', 'silenzio')),
        convalida_perche text,
        convalidata_da text,
        convalidata_nome text,
        convalidata_at timestamptz,
        respinta_da text,
        respinta_nome text,
        respinta_at timestamptz,
        respinta_causa text,
        respinta_testo text,
        sospesa_perche text,
        annullata_at timestamptz,
        iniziata_at timestamptz,
        finita_at timestamptz,
        cancellata_at timestamptz,
        servita_at timestamptz,
        riprova_at timestamptz,
        presa_fino timestamptz,
        presa_da text,
        oggi text,
        oggi_righe integer not null default 0,
        linea bigint not null default 0,
        check (stato in ('bozza', 'inviata', 'in_convalida', 'sospesa', 'convalidata', 'in_lavorazione', 'completata',
          'completata_con_riserve', 'fallita', 'respinta', 'annullata', 'scaduta')),
        check ((stato = 'bozza') <= (inviata_at is null)),
        check (stato in ('bozza', 'annullata') or (inviata_at is not null and chiave is not null) or cancellata_at is not null),
        -- Nothing is asked that nobody has let pass.
        check (stato not in ('convalidata', 'in_lavorazione', 'completata', 'completata_con_riserve', 'fallita', 'scaduta')
          or convalida_come is not null),
        check ((convalida_come is null) = (convalidata_at is null)),
        check ((convalida_come = 'puntuale') = (convalidata_da is not null) or convalida_come is null),
        -- One millisecond decides: before the term's end a person, after it silence.
        check (convalida_come is distinct from 'silenzio' or coalesce(silenzio and convalidata_at >= scade_at, false)),
        check (convalida_come <> 'puntuale' or not silenzio or convalidata_at < scade_at),
        -- SECURITY: four eyes, whatever the program does.
        check (convalidata_da <> autore),
        check (respinta_da <> autore)
      )`.execute(db)
    await sql`create index richiesta_comune on richiesta (comune, id)`.execute(db)
    await sql`create index richiesta_autore on richiesta (autore, id)`.execute(db)
    await sql`create index richiesta_ufficio on richiesta (fruitore, ufficio, id)`.execute(db)
    await sql`create index richiesta_cambiata on richiesta (cambiata_at)`.execute(db)
    await sql`
      create index richiesta_viva on richiesta (stato) where stato in ('in_convalida', 'convalidata', 'in_lavorazione')`.execute(
      db,
    )
    // `domanda`, `risposta`: sealed under the request's key. `persona`: keyed hash of the key that is asked for, `chiave_cf`:
    // it is a codice fiscale, for which the ID ANPR is asked first.
    await sql`
      create table riga (
        richiesta text not null references richiesta (id),
        n integer not null check (n between 1 and 100000),
        stato text not null,
        domanda text,
        persona text,
        giorno text,
        chiave_cf boolean not null default false,
        doppione_di integer,
        codice text,
        operazione text,
        govway text,
        risposta text,
        chiesta_at timestamptz,
        finita_at timestamptz,
        tentativi smallint not null default 0,
        da_sola boolean not null default false,
        primary key (richiesta, n),
        check (stato in ('formale', 'doppione', 'da_fare', 'id_risolto', 'chiesta', 'trovato', 'non_trovato', 'ambiguo',
          'fuori_territorio', 'errore', 'non_risposto')),
        check ((stato = 'doppione') = (doppione_di is not null)),
        check (doppione_di < n),
        -- Of somebody elsewhere nothing is told but that.
        check (stato <> 'fuori_territorio' or (risposta is null and operazione is null and codice is null)),
        check (stato not in ('formale', 'errore', 'non_risposto') or codice is not null)
      )`.execute(db)
    await sql`create index riga_stato on riga (richiesta, stato, n)`.execute(db)
    await sql`create index riga_persona on riga (persona)`.execute(db)
    await sql`create table console_minuto (at timestamptz primary key)`.execute(db)
    await sql`create index access_log_operation on access_log (operation, id) where channel = 'console'`.execute(db)
    // The list that is out at ANPR is its request's: whoever takes the request up again waits for the same file.
    await sql`alter table anpr_bulk_job add column owner text, add column began_at timestamptz`.execute(db)

    // The moves of gateway/console/bulk/states.ts; a test holds both together.
    await sql`
      create function richiesta_moves() returns trigger language plpgsql as $$
      declare
        moves text[] := array['bozza inviata', 'bozza annullata', 'inviata in_convalida', 'inviata convalidata',
          'in_convalida convalidata', 'in_convalida respinta', 'in_convalida annullata', 'in_convalida sospesa',
          'sospesa annullata', 'convalidata in_lavorazione', 'convalidata annullata',
          'convalidata sospesa', 'in_lavorazione completata', 'in_lavorazione completata_con_riserve',
          'in_lavorazione fallita', 'in_lavorazione annullata', 'completata scaduta', 'completata_con_riserve scaduta'];
        read integer; open integer;
      begin
        if tg_op = 'INSERT' then
          if new.stato <> 'bozza' then raise exception 'a request begins as a draft' using errcode = '23514'; end if;
          return new;
        end if;
        if (new.id, new.comune, new.fruitore, new.ufficio, new.convenzione, new.autore, new.creata_at, new.territorio)
            is distinct from (old.id, old.comune, old.fruitore, old.ufficio, old.convenzione, old.autore, old.creata_at,
              old.territorio)
          or (old.stato <> 'bozza' and (new.profilo, new.profilo_versione, new.servizio, new.motivo, new.protocollo, new.righe,
              new.file_sha256, new.inviata_at)
            is distinct from (old.profilo, old.profilo_versione, old.servizio, old.motivo, old.protocollo, old.righe,
              old.file_sha256, old.inviata_at))
          -- Silence is what it was when the request was sent, unless the work on it takes it away; and a term only moves on.
          or (old.stato <> 'bozza' and (new.silenzio, new.contro_silenzio) is distinct from (old.silenzio, old.contro_silenzio)
            and not (coalesce(current_setting('totem.richiesta', true), '') = old.id and old.silenzio and not new.silenzio))
          or (old.stato <> 'bozza' and new.scade_at < old.scade_at)
          -- It stops while its author is asked something, and for nothing else.
          or (old.stato <> 'bozza' and old.scade_at is not null and new.scade_at is null
            and new.chiarimenti_at is not distinct from old.chiarimenti_at)
          or (old.stato <> 'bozza' and new.chiave is not null and new.chiave is distinct from old.chiave)
          or (old.convalidata_at is not null and (new.convalida_come, new.convalidata_da, new.convalidata_at)
            is distinct from (old.convalida_come, old.convalidata_da, old.convalidata_at)) then
          raise exception 'it was said when the request was sent' using errcode = '42501';
        end if;
        if new.stato <> old.stato then
          if not old.stato || ' ' || new.stato = any(moves) then
            raise exception 'no request goes from % to %', old.stato, new.stato using errcode = '23514';
          end if;
          if old.stato in ('bozza', 'in_lavorazione') and new.stato <> 'annullata' or old.stato = 'in_lavorazione' then
            select count(*), count(*) filter (where stato in ('da_fare', 'id_risolto', 'chiesta'))
              into read, open from riga where richiesta = new.id;
            -- Rows read are rows told of.
            if read <> new.righe or (old.stato = 'in_lavorazione' and open > 0) then
              raise exception '% rows of %, % open', read, new.righe, open using errcode = '23514';
            end if;
          end if;
        end if;
        return new;
      end $$`.execute(db)
    await sql`
      create trigger richiesta_moves before insert or update on richiesta
      for each row execute function richiesta_moves()`.execute(db)
    await sql`
      create function riga_moves() returns trigger language plpgsql as $$
      declare
        moves text[] := array['da_fare id_risolto', 'da_fare chiesta', 'da_fare non_trovato', 'da_fare ambiguo',
          'da_fare errore', 'da_fare non_risposto', 'id_risolto chiesta', 'id_risolto non_risposto',
          'chiesta id_risolto', 'chiesta trovato', 'chiesta non_trovato', 'chiesta ambiguo', 'chiesta fuori_territorio',
          'chiesta errore', 'chiesta non_risposto'];
        whole text;
      begin
        if tg_op = 'UPDATE' and new.stato = old.stato and new.stato not in ('da_fare', 'id_risolto', 'chiesta') then
          -- Of a row that has ended only the sealed parts go.
          if (to_jsonb(new) - array['domanda', 'risposta']) <> (to_jsonb(old) - array['domanda', 'risposta'])
            or (new.domanda is not null and new.domanda is distinct from old.domanda)
            or (new.risposta is not null and new.risposta is distinct from old.risposta) then
            raise exception 'a row that has ended stays' using errcode = '42501';
          end if;
          return new;
        end if;
        select stato into whole from richiesta where id = coalesce(new.richiesta, old.richiesta);
        -- Years after its answers were erased a request loses its rows too.
        if tg_op = 'DELETE' and exists (select from richiesta where id = old.richiesta and cancellata_at is not null) then
          return old;
        end if;
        if tg_op in ('INSERT', 'DELETE') then
          if whole is distinct from 'bozza' then
            raise exception 'rows come and go in a draft' using errcode = '42501';
          end if;
          if tg_op = 'INSERT' and new.stato not in ('formale', 'doppione', 'da_fare') then
            raise exception 'no row begins as %', new.stato using errcode = '23514';
          end if;
          return coalesce(new, old);
        end if;
        if (new.richiesta, new.n) <> (old.richiesta, old.n) then
          raise exception 'a row keeps its place' using errcode = '42501';
        end if;
        -- Nothing is asked before somebody has let it pass.
        if new.stato <> old.stato and whole is distinct from 'in_lavorazione' then
          raise exception 'a row of a request that is %', whole using errcode = '23514';
        end if;
        if new.stato <> old.stato and not old.stato || ' ' || new.stato = any(moves) then
          raise exception 'no row goes from % to %', old.stato, new.stato using errcode = '23514';
        end if;
        return new;
      end $$`.execute(db)
    await sql`
      create trigger riga_moves before insert or update or delete on riga
      for each row execute function riga_moves()`.execute(db)

    await sql`create index richiesta_convenzione on richiesta (convenzione, inviata_at)`.execute(db)
    // How many people requests of an agreement were sent about. What ended before anything was asked counts nothing.
    // SECURITY: it counts beyond its caller's sight, because a quota is everybody's; only for who may ask by that agreement, and
    // numbers alone. A temporary table of its caller comes last on its path: it would run as the owner.
    await sql`
      create function quote_usate(which text, person text, office text, day timestamptz, month timestamptz,
        out persona integer, out ufficio integer, out mese integer)
      language sql volatile security definer set search_path = public, pg_temp as $$
        select coalesce(sum(people) filter (where autore = person and inviata_at >= day), 0)::integer,
          coalesce(sum(people) filter (where sent.ufficio = office and inviata_at >= day), 0)::integer,
          coalesce(sum(people) filter (where inviata_at >= month), 0)::integer
        from (
          select autore, richiesta.ufficio, inviata_at,
            righe - coalesce((conteggi ->> 'formale')::integer, 0) - coalesce((conteggi ->> 'doppione')::integer, 0) as people
          from richiesta join convenzione on convenzione.id = richiesta.convenzione
          where richiesta.convenzione = which and inviata_at >= least(day, month)
            and not (stato in ('respinta', 'annullata', 'sospesa', 'fallita') and iniziata_at is null)
            and console_fruitore(convenzione.comune, convenzione.fruitore)
        ) as sent
      $$`.execute(db)
    await sql`alter table richiesta enable row level security`.execute(db)
    await sql`alter table riga enable row level security`.execute(db)
    // The work on one request sees that one, and nothing else.
    const working = (id: string) => sql`${sql.ref(id)} = current_setting('totem.richiesta', true)`
    const mine = sql`autore = current_setting('totem.actor', true)`
    const own = sql`comune = any(string_to_array(current_setting('totem.enti', true), ','))`
    await sql`
      create policy in_sight on richiesta for select
      using (${mine} or ${working('id')} or (stato <> 'bozza'
        and (console_comune(comune) or console_ufficio(comune, fruitore, ufficio))))`.execute(db)
    await sql`
      create policy made on richiesta for insert
      with check (${mine} and console_ufficio(comune, fruitore, ufficio))`.execute(db)
    await sql`
      create policy decided on richiesta for update
      using (${working('id')} or (${mine} and console_ufficio(comune, fruitore, ufficio))
        or (${own} and stato in ('in_convalida', 'sospesa')))
      -- SECURITY: its author lets nothing pass, and a TOP signs with their own name.
      with check (${working('id')}
        or (${mine} and stato in ('bozza', 'inviata', 'in_convalida', 'in_lavorazione', 'annullata'))
        or (${own} and stato in ('in_convalida', 'convalidata', 'respinta') and convalida_come is distinct from 'silenzio'
          and coalesce(convalidata_da, respinta_da, current_setting('totem.actor', true)) = current_setting('totem.actor', true)))`.execute(
      db,
    )
    // Who asked sees the rows; who validates the first twenty, while they are to be judged.
    await sql`
      create policy in_sight on riga for select
      using (${working('richiesta')} or exists (select from richiesta whole where whole.id = riga.richiesta
        and ((whole.autore = current_setting('totem.actor', true) and console_ufficio(whole.comune, whole.fruitore, whole.ufficio))
          or (riga.n <= 20 and whole.stato = 'in_convalida'
          and whole.comune = any(string_to_array(current_setting('totem.enti', true), ','))))))`.execute(db)
    await sql`
      create policy drafted on riga for insert
      with check (exists (select from richiesta whole where whole.id = riga.richiesta
        and whole.autore = current_setting('totem.actor', true)))`.execute(db)
    await sql`
      create policy dropped on riga for delete
      using (exists (select from richiesta whole where whole.id = riga.richiesta
        and whole.autore = current_setting('totem.actor', true) and whole.stato = 'bozza'))`.execute(db)
    await sql`
      create policy worked on riga for update using (${working('richiesta')} or exists (
        select from richiesta whole where whole.id = riga.richiesta and whole.autore = current_setting('totem.actor', true)
          and whole.stato = 'in_lavorazione'))`.execute(db)
  },
}
